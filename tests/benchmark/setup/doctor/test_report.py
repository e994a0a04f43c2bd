import getpass
import json
import socket
from pathlib import Path

import pytest

from benchmark.setup.doctor.finding import PROBLEM, Finding, Surroundings
from benchmark.setup.doctor.report import for_bug_report
from benchmark.store.workspace import Workspace


@pytest.fixture
def said(tmp_path):
    def said(what, check="disk", scheduler="", place=tmp_path / "My Ward"):
        around = Surroundings(Workspace(place), scheduler=scheduler)
        (row,) = for_bug_report([Finding(check, PROBLEM, what, what, what)], around)
        assert row["check"] == check
        return row["what"]

    return said


def test_nothing_says_whose_machine_it_is(said, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/mmueller"))
    monkeypatch.setattr(getpass, "getuser", lambda: "mmueller")
    monkeypatch.setattr(socket, "gethostname", lambda: "ward7.clinic.org")
    text = json.dumps(
        [
            said(f"{tmp_path}/My Ward/runs: full"),
            said("~/data and ../x/y.csv:3 and C:\\Users\\mmueller\\a.csv and /home/mmueller/x"),
            said("MMUELLER on ward7, ward7.clinic.org"),
            said("http://me:pw@mlflow.clinic.org:5000/x cannot be reached"),
            said("nothing at 10.0.0.7:8786", scheduler="10.0.0.7:8786"),
        ]
    )
    for private in ("mueller", "MUELLER", "ward7", "My Ward", "clinic", "10.0.0.7", "x/y", str(tmp_path)):
        assert private not in text


def test_what_helps_is_kept(said):
    for text in (
        "torch 2.9.0 and torchvision 0.24.0",
        "see https://pytorch.org/get-started/locally",
        "torchvision/squeezenet1_0: not here",
        "freeze and/or tune",
    ):
        assert said(text) == text


@pytest.mark.parametrize("what", ["/data/SMITH JOHN/img 1.png: cannot", "line 3: 'Meier, Hans': label"])
def test_of_data_only_the_public_text_is_told(what, tmp_path):
    around = Surroundings(Workspace(tmp_path))
    silent, told = Finding("data", PROBLEM, what), Finding("data", PROBLEM, what, public="1 of 20 images")
    assert [row["what"] for row in for_bug_report([silent, told], around)] == [
        "not told in a bug report",
        "1 of 20 images",
    ]

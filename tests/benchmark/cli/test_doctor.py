"""`benchmark doctor`: exit status and output."""

import getpass
import json
import socket
from pathlib import Path

import pytest

from benchmark.setup.doctor import checks
from benchmark.setup.doctor.checks import CHECKS
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Check, Finding

GRID = """\
name: g
dataset: {kind: manifest, root: wards/list.csv}
feature_extraction: {backbones: [bundled], classifiers: [majority]}
"""


@pytest.fixture
def planted(monkeypatch):
    """Replace the checks by one that finds these states."""

    def planted(*states):
        found = [Finding("planted", state, f"what {state} [x]", "a reason", "a remedy") for state in states]
        monkeypatch.setattr(checks.examine, "__defaults__", ((Check("planted", lambda around: found),),))

    return planted


@pytest.mark.parametrize(
    ("states", "status", "last"),
    [
        ((OK, NOTE), 0, "nothing stands in the way of a run"),
        ((PROBLEM, OK), 1, "1 thing stands in the way of a run"),
        ((PROBLEM, PROBLEM), 1, "2 things stand in the way of a run"),
    ],
)
def test_the_status_says_whether_something_stands_in_the_way(call, planted, states, status, last):
    planted(*states)
    done = call("doctor")
    assert (done.status, done.out.splitlines()[-1]) == (status, last)
    assert f"planted: what {states[0]} [x]" in done.out
    assert "why: a reason" in done.out
    assert "do: a remedy" in done.out


def test_json_is_one_object_per_finding(call, planted):
    planted(OK, PROBLEM)
    done = call("doctor", "--json")
    assert done.status == 1
    assert [row["state"] for row in json.loads(done.out)] == [OK, PROBLEM]


def test_a_grid_that_cannot_be_read_is_bad_input(call, tmp_path):
    assert call("doctor", "--grid", tmp_path / "gone.yaml").status == 2


def test_json_of_this_machine_holds_no_paths_and_names(call, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(getpass, "getuser", lambda: "mmueller")
    monkeypatch.setattr(socket, "gethostname", lambda: "ward7")
    (tmp_path / "g.yaml").write_text(GRID)
    place = tmp_path / "home/mmueller/runs"
    uri = "http://mmueller:pw@ward7.invalid:1/"
    done = call(
        "doctor", "--grid", tmp_path / "g.yaml", "--workspace", place, "--tracking-uri", uri, "--json"
    )
    assert done.status == 1
    rows = json.loads(done.out)
    assert {row["check"] for row in rows} == {check.name for check in CHECKS}
    for private in (str(tmp_path), "mmueller", "ward7", "wards", str(Path.cwd())):
        assert private not in done.out

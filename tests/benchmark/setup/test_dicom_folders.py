import pytest

from benchmark.datasets.at_path import Labels
from benchmark.errors import UserError
from benchmark.grid.schema import read_grid
from benchmark.setup.dicom_folders import in_dicom
from benchmark.setup.propose import propose
from tests.benchmark.datasets.dicom.studies import (
    secrets_in,
    write_folder,
    write_study,
    write_tables_of_tasks,
)
from tests.benchmark.setup.drawn import asked_of


def test_labels_in_the_folder_are_taken_under_any_name(tmp_path):
    write_folder(tmp_path / "in", 4)
    assert in_dicom(asked_of(tmp_path / "in", tmp_path)).dataset == {"kind": "dicom", "root": "in"}
    (tmp_path / "in/labels.csv").rename(tmp_path / "in/mine.csv")
    found = in_dicom(asked_of(tmp_path / "in", tmp_path))
    assert found.dataset == {"kind": "dicom", "root": "in", "labels": "in/mine.csv"}
    assert len(found.manifest.images) == 4


def test_labels_elsewhere_are_named(tmp_path):
    write_folder(tmp_path / "in", 4)
    labels = (tmp_path / "in/labels.csv").rename(tmp_path / "list.csv")
    found = in_dicom(asked_of(tmp_path / "in", tmp_path, labels=labels))
    assert found.dataset["labels"] == "list.csv"


def test_class_folders_stand_for_labels_and_patients_are_those_of_the_headers(tmp_path):
    for number in range(20):
        write_study(
            tmp_path / "in" / ("abnormal" if number % 2 else "normal"),
            number,
            views=2,
            abnormal=bool(number % 2),
        )
    (tmp_path / "in/normal/read.me").write_text("no image")
    asked = asked_of(tmp_path / "in", tmp_path)
    found = in_dicom(asked)
    assert found.makes == (tmp_path / "grid-labels.csv",)
    assert found.manifest.images[["patient", "image"]].nunique().tolist() == [20, 40]
    assert found.manifest.images["label"].sum() == 20


def test_the_grid_of_class_folders_reads_its_labels(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmark.setup.counts._FEWEST", 1)
    for number in range(20):
        write_study(
            tmp_path / "in" / ("abnormal" if number % 2 else "normal"), number, abnormal=bool(number % 2)
        )
    proposal = propose(asked_of(tmp_path / "in", tmp_path))
    proposal.write()
    assert read_grid(tmp_path / "grid.yaml").dataset.labels == tmp_path / "grid-labels.csv"
    assert secrets_in(proposal.text) == []


def test_without_labels_the_way_out_is_said(tmp_path):
    write_study(tmp_path / "in", 0)
    with pytest.raises(UserError, match=r"put labels\.csv in the folder, or name it with --labels"):
        in_dicom(asked_of(tmp_path / "in", tmp_path))


def test_class_folders_and_tables_of_other_tasks_are_kept(tmp_path):
    for number in range(9):
        write_study(tmp_path / "in" / "012"[number % 3], number)
    found = in_dicom(asked_of(tmp_path / "in", tmp_path, kept=Labels("ordinal")))
    assert found.dataset["task"] == "ordinal"
    assert found.manifest.task.classes == ("0", "1", "2")
    root = write_tables_of_tasks(tmp_path / "tables")
    found = in_dicom(asked_of(root, tmp_path, labels=root / "findings.csv"))
    assert (found.dataset["task"], found.manifest.task.classes) == ("multilabel", ("bar", "mass"))

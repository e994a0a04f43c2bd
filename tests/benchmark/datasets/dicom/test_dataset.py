import sys

import numpy as np
import pydicom
import pytest

from benchmark.datasets.dicom import studies as labelled
from benchmark.datasets.dicom.dataset import read_dicom
from benchmark.datasets.dicom.studies import DicomFolder
from benchmark.datasets.kinds import DATASET_KINDS
from benchmark.datasets.manifest import COLUMNS, DESCRIBING
from benchmark.errors import UserError
from extractors.pixels import decode
from tests.benchmark.datasets.dicom.studies import (
    secrets_in,
    uid,
    write_folder,
    write_labels,
    write_study,
    write_tables_of_tasks,
)


@pytest.fixture
def read(tmp_path):
    def read(**settings):
        return read_dicom(
            DicomFolder(tmp_path / "in", tmp_path / "in/labels.csv", **settings), tmp_path / "cache"
        )

    return read


@pytest.fixture
def refused(read, tmp_path):
    def refused(**settings):
        with pytest.raises(UserError) as told:
            read(**settings)
        assert secrets_in(str(told.value)) == []
        return str(told.value)

    return refused


def test_a_folder_becomes_a_manifest_without_identifiers(tmp_path, read):
    write_folder(tmp_path / "in", 4, views=2)
    found = read()
    assert list(found.images.columns) == [*COLUMNS, *DESCRIBING]
    assert found.images[["patient", "study", "image"]].nunique().tolist() == [4, 4, 8]
    assert found.images.groupby("study")["label"].first().sum() == 2
    assert set(found.images["view"]) == {"PA", "LL"}
    assert secrets_in(found.images.to_csv() + "".join(found.notes)) == []
    assert decode(found.paths()[0], 32, "pad").std() > 20


def test_other_machines_and_orders_give_the_same_names(tmp_path, read):
    write_folder(tmp_path / "in", 4)
    here = read()
    write_folder(tmp_path / "elsewhere/deep", 4)
    labels = tmp_path / "elsewhere/deep/labels.csv"
    there = read_dicom(DicomFolder(tmp_path / "elsewhere", labels), tmp_path / "other")
    assert here.images.equals(there.images)
    assert here.digest() == there.digest()


def test_labels_and_settings_do_not_rename_patients(tmp_path, read):
    write_folder(tmp_path / "in", 4)
    before = set(read().images["patient"])
    write_labels(tmp_path / "in/labels.csv", ["ACC00,0", "ACC01,1"])
    after = set(read(partial=True).images["patient"])
    assert after < before


def test_it_is_made_once_and_again_when_a_file_changes(tmp_path, read, monkeypatch):
    write_folder(tmp_path / "in", 4)
    first = read()
    calls = []
    whole = labelled.read_headers
    monkeypatch.setattr(labelled, "read_headers", lambda *arguments: calls.append(1) or whole(*arguments))
    assert read().images.equals(first.images)
    assert calls == []
    write_study(tmp_path / "in", 0, BodyPartExamined="WRIST")
    assert "wrist" in set(read().images["body_part"])
    assert calls == [1]


def test_describing_columns_do_not_change_the_digest(tmp_path, read):
    write_folder(tmp_path / "in", 4, Manufacturer="Acme")
    first = read().digest()
    write_folder(tmp_path / "in", 4, Manufacturer="Bcme")
    assert read().digest() == first


def test_what_was_left_out_is_said(tmp_path, read):
    write_folder(tmp_path / "in", 4)
    write_study(tmp_path / "in/copy", 0)
    (tmp_path / "in/link").symlink_to(tmp_path)
    assert read().notes[0] == (
        "left out: 1 that repeat the SOPInstanceUID of another, 1 links (allow_outside: true follows them)"
    )
    assert len(read().images) == 4


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        (
            {"PatientID": ""},
            "1 image has no PatientID, so that patients cannot be kept apart; add a column 'patient'",
        ),
        ({"SOPInstanceUID": None}, "1 DICOM images have no SOPInstanceUID"),
        ({"StudyInstanceUID": ""}, "1 DICOM images have no StudyInstanceUID"),
        ({"StudyInstanceUID": uid(1), "AccessionNumber": "ACC01"}, "1 study has images of two patients"),
    ],
)
def test_images_that_cannot_be_placed_are_refused_and_listed_in_the_cache(
    tmp_path, refused, elements, message
):
    write_folder(tmp_path / "in", 4)
    write_study(tmp_path / "in", 0, **elements)
    if "two patients" in message:
        write_labels(tmp_path / "in/labels.csv", [f"ACC0{n},0" for n in (1, 2, 3)])
    told = refused()
    assert message in told
    listed = (tmp_path / "cache/dicom/files_at_fault.txt").read_text()
    assert told.endswith("files_at_fault.txt")
    assert str(tmp_path / "in/MRN00/Doe^Jane/IM0") in listed.splitlines()


def test_a_damaged_file_is_refused(tmp_path, refused):
    write_folder(tmp_path / "in", 4)
    path = tmp_path / "in/MRN00/Doe^Jane/IM0"
    path.write_bytes(path.read_bytes()[:140])
    assert "1 DICOM file cannot be read (first: a damaged or truncated DICOM file" in refused()


def test_a_column_of_patients_stands_in_for_missing_ids(tmp_path, read):
    write_folder(tmp_path / "in", 4, PatientID="")
    rows = [f"ACC0{number},{number % 2},p{number // 2}" for number in range(4)]
    write_labels(tmp_path / "in/labels.csv", rows, "accession_number,label,patient")
    assert read().images["patient"].nunique() == 2


def test_a_split_of_the_labels_is_the_data_sets_own(tmp_path, read):
    write_folder(tmp_path / "in", 4)
    assert (read().evaluated_on, set(read().images["split"])) == ("", {""})
    rows = [f"ACC0{number},{number % 2},{'test' if number > 1 else 'train'}" for number in range(4)]
    write_labels(tmp_path / "in/labels.csv", rows, "accession_number,label,split")
    assert read().evaluated_on == "test"
    assert (read().images["split"] == "test").sum() == 2


def test_no_image_no_labels_no_extra(tmp_path, refused, monkeypatch):
    (tmp_path / "in").mkdir()
    assert "there is no such file of labels" in refused()
    write_labels(tmp_path / "in/labels.csv", ["ACC00,0"])
    assert "no DICOM image is below this folder (1 other files)" in refused()
    monkeypatch.setitem(sys.modules, "pydicom", None)
    assert refused().endswith("reading a folder of DICOM files needs: pip install 'benchmark[dicom]'")


def test_hostile_identifiers_make_no_path_and_no_message(tmp_path, read):
    write_folder(tmp_path / "in", 4)
    path = tmp_path / "in/MRN00/Doe^Jane/IM0"
    made = pydicom.dcmread(path)
    made.add_new("SOPInstanceUID", "LO", "../../../escaped")
    made.add_new("PatientID", "LO", "=cmd|' /C calc'!A0")
    made.save_as(path)
    found = read()
    assert found.images["image"].str.fullmatch(r"[0-9a-f]{12}/[0-9a-f]{12}\.dcm").all()
    assert np.unique([str(path.parent.parent) for path in found.paths()]).size == 1


@pytest.mark.parametrize(
    ("table", "keys", "label"),
    [
        ("grades", {"task": "multiclass"}, {"mild": 4, "none": 4, "severe": 4}),
        ("grades", {"task": "ordinal", "classes": ("none", "mild", "severe")}, dict.fromkeys("012", 4)),
        ("findings", {"task": "multilabel"}, {"bar": 6, "mass": 4}),
    ],
)
def test_classes_grades_and_findings_are_read_and_kept_in_the_cache(tmp_path, table, keys, label):
    root = write_tables_of_tasks(tmp_path / "in")
    kind = DATASET_KINDS["dicom"]
    asked = kind.model.model_validate(
        {"kind": "dicom", "root": root, "labels": root / f"{table}.csv", **keys}
    )
    first, again = (kind.read(asked, tmp_path / "cache", 1) for _ in range(2))
    assert first.task == again.task
    assert first.images.equals(again.images)
    assert first.digest() == again.digest()
    assert first.task.kind == keys["task"]
    assert np.nansum(first.task.truth(first.images), axis=0).tolist() == list(label.values())
    if table == "findings":
        assert first.images["label:mass"].isna().sum() == 4
        assert first.images["label:mass"].dtype == float
    else:
        assert first.task.classes == (keys.get("classes") or tuple(label))


def test_labels_of_another_task_are_one_line(tmp_path):
    root = write_tables_of_tasks(tmp_path / "in", 3)
    for name, keys, message in (
        ("grades", {}, "dataset.task: multiclass or ordinal"),
        ("grades", {"task": "ordinal"}, "'mild': no number"),
        ("findings", {}, "of columns label:NAME set task: multilabel"),
        ("grades", {"task": "multilabel"}, "needs columns label:NAME"),
    ):
        with pytest.raises(UserError, match=message) as told:
            read_dicom(DicomFolder(root, root / f"{name}.csv", **keys), tmp_path / "cache")
        assert secrets_in(str(told.value)) == []

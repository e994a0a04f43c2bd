"""A folder of DICOM files as PNG files and a manifest: the same pixels, and nobody's name in any byte."""

import re
from pathlib import Path

import pandas as pd
import pytest

import benchmark as bm
from benchmark.datasets.dicom.conversion import from_dicom
from benchmark.datasets.dicom.dataset import read_dicom
from benchmark.datasets.dicom.studies import DicomFolder
from benchmark.datasets.manifest import read_manifest
from benchmark.errors import UserError
from extractors.pixels import decode
from tests.benchmark.datasets.dicom.studies import (
    SECRETS,
    secrets_in,
    uid,
    write_folder,
    write_labels,
    write_study,
    write_tables_of_tasks,
)

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
DATES = ("19700102", "20230405", "20230405101112")
PLANTED = {
    "PatientAge": "053Y",
    "PatientSex": "F",
    "StudyDate": DATES[1],
    "AcquisitionDateTime": DATES[2],
    "OtherPatientIDs": "MRN0-old",
    "InstitutionName": "Jones^Doctor",
    "StudyDescription": "for Jane",
    "ImageComments": "Doe^Jane 19700102",
    "ImageLaterality": "L",
}


def convert(tmp_path: Path, out: str = "out", key: bytes = KEY, **settings):
    asked = DicomFolder(tmp_path / "in", tmp_path / "in/labels.csv", **settings)
    return from_dicom(asked, tmp_path / out, key, cache=tmp_path / "cache")


def refused(tmp_path: Path, **settings) -> str:
    with pytest.raises(UserError) as told:
        convert(tmp_path, **settings)
    assert secrets_in(str(told.value)) == []
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))
    return str(told.value)


def test_no_byte_of_the_output_tells_who_it_is(tmp_path):
    write_folder(tmp_path / "in", 4, views=2, **PLANTED)
    convert(tmp_path)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == 9
    content = b"".join(str(path.relative_to(tmp_path)).encode() + path.read_bytes() for path in files)
    wanted = (*SECRETS, *DATES, uid(0)[:-1], "old", "DICM")
    assert [secret for secret in wanted if secret.encode() in content] == []
    for path in files:
        if path.suffix == ".png":
            assert re.findall(rb"IHDR|IDAT|IEND|tEXt|zTXt|iTXt|eXIf|tIME", path.read_bytes())[:2] == [
                b"IHDR",
                b"IDAT",
            ]
            assert not path.is_symlink()


def test_the_manifest_says_what_describes_the_images(tmp_path):
    write_folder(tmp_path / "in", 4, views=2, **PLANTED)
    done = convert(tmp_path)
    assert done.images == 8
    rows = pd.read_csv(done.manifest, dtype=str)
    assert list(rows) == [
        *("path", "patient", "study", "body_part", "label"),
        *("view", "laterality", "manufacturer", "sex", "age"),
    ]
    assert rows["patient"].str.fullmatch("[0-9a-f]{12}").all()
    assert rows[["patient", "study", "path"]].nunique().tolist() == [4, 4, 8]
    one = rows[["body_part", "laterality", "sex", "age"]].drop_duplicates()
    assert one.to_numpy().tolist() == [["hand", "L", "F", "53"]]
    assert set(rows["manufacturer"]) == {"ACME", "UMBRELLA"}
    assert set(rows["view"]) == {"PA", "LL"}


def test_the_pixels_are_those_of_the_dicom_files(tmp_path):
    write_folder(tmp_path / "in", 4)
    convert(tmp_path)
    ours = read_manifest(tmp_path / "out/manifest.csv")
    theirs = read_dicom(DicomFolder(tmp_path / "in", tmp_path / "in/labels.csv"), tmp_path / "cache")
    pictures = [sorted(decode(path, 48, "pad").tobytes() for path in one.paths()) for one in (ours, theirs)]
    assert pictures[0] == pictures[1]
    assert ours.images["label"].sum() == theirs.images["label"].sum() == 2


def test_one_salt_gives_the_same_digests_of_another_folder_and_another_gives_others(tmp_path):
    write_folder(tmp_path / "in", 4)
    first = read_manifest(convert(tmp_path).manifest).images
    write_folder(tmp_path / "in", 5)
    more = read_manifest(convert(tmp_path, "more").manifest).images
    others = read_manifest(convert(tmp_path, "others", OTHER_KEY).manifest).images
    assert set(first["patient"]) < set(more["patient"])
    assert not set(more["patient"]) & set(others["patient"])


def test_splits_of_the_labels_stay_the_data_sets_own(tmp_path):
    write_folder(tmp_path / "in", 4)
    rows = [f"{uid(number)},{number % 2},{'valid' if number < 2 else 'train'}" for number in range(4)]
    write_labels(tmp_path / "in/labels.csv", rows, "study_uid,label,split")
    found = read_manifest(convert(tmp_path).manifest)
    assert found.evaluated_on == "valid"
    assert found.images["split"].value_counts().to_dict() == {"test": 2, "train": 2}


def test_a_grid_runs_on_it(tmp_path):
    write_folder(tmp_path / "in", 40)
    convert(tmp_path)
    grid = bm.Grid.model_validate(
        {
            "name": "ours",
            "dataset": {"kind": "manifest", "root": str(tmp_path / "out"), "protocol": "patient"},
            "image": {"size": 32},
            "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
        }
    )
    assert [cell.status for cell in bm.plan(grid, tmp_path / "runs").cells] == ["missing"]
    assert len(bm.run(grid, tmp_path / "runs", jobs=1, device="cpu", track=False).metrics())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["ACC00,0", "ACC01,1", "ACC02,0"], "has no row; add them, or leave them out by 'partial: true'"),
        ([*(f"ACC0{n},0" for n in range(5)), "ACC00,1"], "another row with the same accession_number"),
        (
            [f"ACC0{n},0" for n in range(9)],
            "remove the row, or set 'partial: true' in the grid's dataset (--p",
        ),
    ],
)
def test_labels_that_do_not_fit_are_one_line_with_the_way_out(tmp_path, rows, message):
    write_folder(tmp_path / "in", 4)
    write_labels(tmp_path / "in/labels.csv", rows)
    assert message in refused(tmp_path)


def test_an_image_that_cannot_be_decoded_stops_all_or_is_left_out_and_said(tmp_path):
    write_folder(tmp_path / "in", 4)
    write_study(tmp_path / "in", 0, NumberOfFrames=3)
    told = refused(tmp_path)
    assert "1 image cannot be decoded (first: a DICOM file of 3 frames" in told
    assert "--partial leaves them out; their paths are in" in told
    done = convert(tmp_path, partial=True)
    assert done.images == 3
    assert any(note.startswith("left out: 1 image cannot be decoded") for note in done.notes)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 3


def test_a_folder_that_is_not_empty_is_refused(tmp_path):
    write_folder(tmp_path / "in", 2)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/kept").write_text("kept")
    with pytest.raises(UserError, match="is not empty: name another folder"):
        convert(tmp_path)
    assert (tmp_path / "out/kept").read_text() == "kept"


def test_burnt_in_text_is_said(tmp_path):
    write_folder(tmp_path / "in", 4)
    write_study(tmp_path / "in", 0, BurnedInAnnotation="YES")
    assert any("1 image says that text is burnt in" in note for note in convert(tmp_path).notes)


def test_progress_tells_of_all_images(tmp_path):
    write_folder(tmp_path / "in", 40)
    steps: list[tuple[int, int]] = []
    asked = DicomFolder(tmp_path / "in", tmp_path / "in/labels.csv")
    from_dicom(
        asked, tmp_path / "out", KEY, cache=tmp_path / "cache", progress=lambda *step: steps.append(step)
    )
    assert sum(now for now, _ in steps) == 40
    assert {total for _, total in steps} == {40}


@pytest.mark.parametrize(("table", "task"), [("grades", "multiclass"), ("findings", "multilabel")])
def test_the_labels_of_every_task_come_back_from_the_manifest(tmp_path, table, task):
    root = write_tables_of_tasks(tmp_path / "in")
    asked = DicomFolder(root, root / f"{table}.csv", task=task)
    converted = from_dicom(asked, tmp_path / "out", KEY, cache=tmp_path / "cache")
    written = read_manifest(converted.manifest, task=task)
    read = read_dicom(asked, tmp_path / "cache")
    assert written.task == read.task
    columns = read.task.label_columns
    counts = [found.images[columns].fillna(-1).value_counts().to_dict() for found in (written, read)]
    assert counts[0] == counts[1]

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.at_path import Labels, read_at
from benchmark.datasets.manifest import Manifest, read_manifest
from benchmark.datasets.verification import MURA, Finding, counts_of_mura, counts_table, verify
from tests.benchmark.datasets.task_tables import GRADES, write_tables

PNEUMONIA = Path(__file__).parents[3] / "../shared/data/pneumoniamnist/manifest.csv"
COLUMNS = ["image", "patient", "study", "body_part", "label", "split"]
SOUND = (
    ("0.png", "p", "p/1", "hand", 0, "train"),
    ("1.png", "q", "q/1", "hand", 1, "train"),
    ("2.png", "r", "r/1", "hand", 0, "test"),
    ("3.png", "s", "s/1", "hand", 1, "test"),
)


def pixels(seed: int, *, deep: bool = False) -> NDArray[np.generic]:
    random = np.random.default_rng(seed)
    return random.integers(0, 65535, (8, 6), np.uint16) if deep else random.integers(0, 255, (8, 6), np.uint8)


def make(folder: Path, rows: Sequence[tuple[object, ...]] = SOUND) -> Manifest:
    """A manifest whose images all differ."""
    for number, row in enumerate(rows):
        (folder / str(row[0])).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels(number)).save(folder / str(row[0]))
    return Manifest(folder, pd.DataFrame(rows, columns=COLUMNS), "test")


def found(manifest: Manifest, code: str) -> Finding:
    return next(finding for finding in verify(manifest) if finding.code == code)


def test_a_sound_data_set_has_no_finding(tmp_path: Path) -> None:
    findings = verify(make(tmp_path))
    assert {finding.severity for finding in findings} == {"ok"}
    assert len({finding.code for finding in findings}) == len(findings)


@pytest.mark.parametrize("content", [b"", b"no image", None], ids=["empty", "text", "cut off"])
def test_an_unreadable_file_is_an_error_with_its_path(tmp_path: Path, content: bytes | None) -> None:
    manifest = make(tmp_path)
    broken = tmp_path / "1.png"
    broken.write_bytes(broken.read_bytes()[:60] if content is None else content)
    finding = found(manifest, "DATA002")
    assert (finding.severity, len(finding.examples)) == ("error", 1)
    assert finding.examples[0].startswith("1.png: ")
    assert str(tmp_path) not in finding.examples[0]


def test_unreadable_files_are_no_copies_of_each_other(tmp_path: Path) -> None:
    manifest = make(tmp_path)
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(b"")
    assert found(manifest, "DATA004").severity == "ok"


def test_a_patient_in_two_splits_is_an_error(tmp_path: Path) -> None:
    manifest = make(tmp_path, [*SOUND[:3], ("3.png", "p", "p/2", "hand", 1, "test")])
    assert found(manifest, "DATA003") == Finding("DATA003", "error", "patients in two splits: 1", ("p",))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_copy_in_two_splits_is_an_error_whatever_its_file_looks_like(tmp_path: Path, mode: str) -> None:
    manifest = make(tmp_path)
    Image.fromarray(pixels(0)).convert(mode).save(tmp_path / "2.png", compress_level=1)
    finding = found(manifest, "DATA004")
    assert (finding.severity, finding.examples) == ("error", ("0.png = 2.png",))


def test_images_deeper_than_eight_bits_that_differ_are_no_copies(tmp_path: Path) -> None:
    manifest = make(tmp_path)
    for number, name in enumerate(("0.png", "2.png")):
        Image.fromarray(pixels(number, deep=True)).save(tmp_path / name)
    assert found(manifest, "DATA004").severity == "ok"
    Image.fromarray(pixels(0, deep=True)).save(tmp_path / "2.png")
    assert found(manifest, "DATA004").severity == "error"


def test_a_copy_under_two_patients_of_one_split_is_a_warning(tmp_path: Path) -> None:
    manifest = make(tmp_path)
    Image.fromarray(pixels(0)).save(tmp_path / "1.png")
    finding = found(manifest, "DATA007")
    assert (finding.severity, finding.examples) == ("warning", ("0.png = 1.png",))
    assert found(manifest, "DATA004").severity == "ok"


def test_a_part_with_one_class_is_an_error(tmp_path: Path) -> None:
    finding = found(make(tmp_path, SOUND[:3]), "DATA005")
    assert (finding.severity, finding.examples) == ("error", ("hand test",))


def test_a_study_that_muras_folders_call_both_is_an_error(tmp_path: Path) -> None:
    study = "XR_HAND/patient00001/study1"
    rows = [
        ("0.png", "patient00001", f"{study}_negative", "hand", 0, "train"),
        ("1.png", "patient00001", f"{study}_positive", "hand", 1, "train"),
    ]
    assert found(make(tmp_path, rows), "DATA006").examples == (study,)


@pytest.fixture(scope="module")
def mura() -> pd.DataFrame:
    """Rows with exactly MURA's published numbers of studies and images."""
    rows = []
    for (part, split), (*studies, normal, abnormal) in MURA.items():
        for label, images in enumerate((normal, abnormal)):
            names = [f"{part}/{split}/{label}/{row % studies[label]}" for row in range(images)]
            rows += [
                (f"{split}{part}{label}{n}", name, name, part, label, split) for n, name in enumerate(names)
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_the_table_adds_up_to_the_published_totals(mura: pd.DataFrame) -> None:
    images, studies = (mura.groupby("split")[c].nunique().to_dict() for c in ("image", "study"))
    assert images == {"train": 36_808, "test": 3_197}
    assert studies == {"train": 13_457, "test": 1_199}
    assert counts_of_mura(mura).severity == "ok"


def test_a_missing_study_is_named_with_part_split_and_class(mura: pd.DataFrame) -> None:
    finding = counts_of_mura(mura[mura["study"] != "wrist/test/1/0"])
    assert finding.severity == "error"
    assert finding.examples[0] == "wrist valid: 96 abnormal studies, published 97"
    assert "abnormal images, published 295" in finding.examples[1]


def test_a_missing_part_and_a_strange_one_are_named(mura: pd.DataFrame) -> None:
    finding = counts_of_mura(mura.assign(body_part=mura["body_part"].replace("wrist", "knee")))
    assert "knee: not a part of MURA" in finding.examples
    assert "wrist train: 0 normal studies, published 2,134" in finding.examples


def test_counts_are_compared_only_where_the_tree_should_be_mura(tmp_path: Path) -> None:
    codes = [{f.code for f in verify(make(tmp_path), published=published)} for published in (False, True)]
    assert codes[1] - codes[0] == {"DATA001"}


def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    manifest = make(tmp_path)
    (tmp_path / "3.png").write_bytes(b"")
    assert verify(manifest, jobs=2) == verify(manifest, jobs=1)


def test_the_counts_are_of_patients_studies_and_images(tmp_path: Path) -> None:
    table = counts_table(make(tmp_path, [*SOUND, ("4.png", "p", "p/1", "hand", 0, "train")]))
    assert table.iloc[-2].to_dict() == {
        "body_part": "hand",
        "split": "train",
        "label": 0,
        "patients": 1,
        "studies": 1,
        "images": 2,
    }


@pytest.mark.skipif(not PNEUMONIA.is_file(), reason="PneumoniaMNIST is not in ../shared/data")
def test_pneumoniamnist_is_sound_but_for_copies_that_stay_on_one_side_of_the_split() -> None:
    findings = verify(read_manifest(PNEUMONIA))
    assert [(f.code, f.severity) for f in findings if f.severity != "ok"] == [("DATA007", "warning")]


def test_grades_are_counted_by_name_and_tested_for_what_goes_with_them(tmp_path: Path) -> None:
    table = write_tables(tmp_path / "t") / "classes.csv"
    manifest, _ = read_at(table, tmp_path, 1, Labels("ordinal", GRADES))
    counts = counts_table(manifest)
    assert counts[counts["split"] == "train"][["label", "images"]].to_numpy().tolist() == [
        ["none", 15],
        ["mild", 15],
        ["severe", 15],
    ]
    assert found(manifest, "DATA005").severity == "ok"
    told = found(manifest, "DATA016")
    assert told.severity == "warning", "the grade goes with the width"
    assert "train: 480 pixels: 15 none, 0 mild, 0 severe" in told.examples
    assert found(manifest, "DATA015").severity == "ok"


def test_findings_are_counted_with_their_blanks_and_tested_one_by_one(tmp_path: Path) -> None:
    manifest, _ = read_at(write_tables(tmp_path / "t") / "findings.csv", tmp_path, 1)
    counts = counts_table(manifest).set_index(["split", "finding"])
    assert counts.loc[("train", "effusion"), ["images", "absent", "not_read"]].tolist() == [12, 24, 9]
    assert counts.loc[("train", "mass"), "not_read"] == 0
    none = manifest.images.query("split == 'test'")[["label:mass", "label:effusion"]].eq(1).any(axis=1)
    assert counts.loc[("test", "(none)"), "images"] == (~none).sum()
    told = found(manifest, "DATA016")
    assert (told.severity, "effusion: train: Cramér's V 1.00" in told.message) == ("warning", True)
    assert "mass" not in told.message


def test_a_finding_that_a_split_lacks_is_named(tmp_path: Path) -> None:
    manifest, _ = read_at(write_tables(tmp_path / "t") / "findings.csv", tmp_path, 1)
    test = manifest.images["split"] == "test"
    manifest.images.loc[test, "label:mass"] = 0.0
    assert found(manifest, "DATA005").examples == ("test: mass",)

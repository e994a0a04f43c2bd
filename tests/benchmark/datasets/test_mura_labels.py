from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.mura_labels import corrected
from benchmark.errors import UserError


def images() -> pd.DataFrame:
    studies = {
        "train/XR_ELBOW/patient00001/study1_positive": 1,
        "train/XR_HAND/patient00001/study1_negative": 0,
        "valid/XR_HAND/patient11185/study1_negative": 0,
    }
    rows = [
        (f"{study}/image{n}.png", study.partition("/")[2], label)
        for study, label in studies.items()
        for n in (1, 2)
    ]
    return pd.DataFrame(rows, columns=["image", "study", "label"])


def labels(folder: Path, *lines: str) -> tuple[list[int], list[str]]:
    path = folder / "labels.csv"
    path.write_text("\n".join(lines) + "\n")
    found, notes = corrected(images(), path)
    assert found["label"].dtype == "int64"
    return found["label"].tolist(), notes


@pytest.mark.parametrize(
    "line",
    [
        "train/XR_ELBOW/patient00001/study1_positive,0",
        "MURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/,0",
        "MURA-v1.1\\train\\XR_ELBOW\\patient00001\\study1_negative\\,0",  # renamed
        "XR_ELBOW/patient00001/study1,negative",
        "MURA-v1.1/train/XR_ELBOW/patient00001/study1_negative/",  # a list of renamed folders
        "/data/MURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/image1.png,0.0",
        "train/XR_ELBOW/patient00001/study1;0",
    ],
)
def test_a_study_gets_the_label_of_the_csv_however_it_is_written(tmp_path: Path, line: str) -> None:
    found, notes = labels(tmp_path, line)
    assert found == [0, 0, 0, 0, 0, 0]
    assert notes == [
        "labels.csv: labels of 1 of 3 studies, of which 1 differ from their folder's name; the others keep the "
        "folder's label"
    ]


def test_a_header_is_no_study(tmp_path: Path) -> None:
    assert labels(tmp_path, "study,label", "valid/XR_HAND/patient11185/study1_negative,1")[0] == [
        1,
        1,
        0,
        0,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["train/XR_HAND/patient00009/study1,0"],
            ":1: the data set has no study 'train/xr_hand/patient00009/study1' (1 of 1",
        ),
        (["valid/XR_ELBOW/patient00001/study1,0"], ":1: the data set has no study"),
        (
            ["XR_HAND/patient00001/study1,0", "XR_HAND/patient00001/study1,1"],
            ":2: 'xr_hand/patient00001/study1' has another label in line 1",
        ),
        (["XR_HAND/patient00001/study1,2"], ":1: '2': label must be 0 (normal) or 1"),
        (["XR_HAND/patient00001/study1"], ":1: 'XR_HAND/patient00001/study1' is not a study and its label"),
        (["XR_HAND/patient00001,1"], ":1: 'XR_HAND/patient00001,1' is not a study and its label"),
        (["study,label"], ": no study is there"),
        ([""], ": no study is there"),
    ],
)
def test_what_is_no_label_of_a_study_is_refused_with_its_line(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    with pytest.raises(UserError) as error:
        labels(tmp_path, *lines)
    assert str(error.value).startswith(f"{tmp_path / 'labels.csv'}{message}")


def test_labels_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such file of labels"):
        corrected(images(), tmp_path / "absent.csv")

from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.study_lists import with_study_lists
from benchmark.errors import UserError

FOLDER = "train/XR_ELBOW/patient00001/study1_positive"


@pytest.fixture
def mura() -> Manifest:
    studies = [f"XR_ELBOW/patient0000{n}/study1_{'positive' if n == 1 else 'negative'}" for n in (1, 2, 3)]
    images = pd.DataFrame(
        {
            "image": [f"train/{study}/image{view}.png" for study in studies for view in (1, 2)],
            "patient": ["patient00001"] * 2 + ["patient00002"] * 2 + ["patient00003"] * 2,
            "study": [study for study in studies for _ in (1, 2)],
            "body_part": "elbow",
            "label": [1, 1, 0, 0, 0, 0],
            "split": "train",
        }
    )
    return Manifest(Path("MURA-v1.1"), images, "valid")


def column(mura: Manifest, path: Path, text: str) -> list[str]:
    path.write_text(text)
    found = with_study_lists(mura, {"Implant": path})
    assert found.describing().columns.tolist() == ["implant"]
    pd.testing.assert_frame_equal(found.images, mura.images)
    return found.others["implant"].tolist()


@pytest.mark.parametrize(
    "line",
    [
        f"MURA-v1.1/{FOLDER}/",
        FOLDER,
        "XR_ELBOW/patient00001/study1",
        "xr_elbow\\patient00001\\study1_negative",
        f"{FOLDER}/image2.png",
    ],
)
def test_a_study_is_named_in_many_ways(mura, tmp_path, line):
    assert column(mura, tmp_path / "implants.txt", f"# hardware\n\n{line}\n") == ["yes"] * 2 + ["no"] * 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nXR_HAND/patient00001/study1\n", r"implants.txt:2: the data set has no study 'XR_HAND"),
        ("# nothing\n", r"implants.txt: no study is there \(one study per line\)"),
    ],
)
def test_mistakes_are_named(mura, tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        column(mura, tmp_path / "implants.txt", text)


def test_a_column_or_file_that_cannot_be_is_named(mura, tmp_path):
    with pytest.raises(UserError, match=r"nowhere.txt: there is no such list of studies"):
        with_study_lists(mura, {"implant": tmp_path / "nowhere.txt"})
    for name in ("label", "split", "sex"):
        with pytest.raises(UserError, match=f"columns: '{name}' is a column of the data set already"):
            with_study_lists(mura, {name: tmp_path / "nowhere.txt"})


def test_lists_stand_beside_columns_that_are_there(mura, tmp_path):
    (tmp_path / "cast.txt").write_text("XR_ELBOW/patient00003/study1\n")
    other = Manifest(mura.root, mura.images, "valid", others=pd.DataFrame({"site": list("AABBCC")}))
    found = with_study_lists(other, {"cast": tmp_path / "cast.txt"})
    assert found.describing().columns.tolist() == ["site", "cast"]
    assert found.others["cast"].tolist() == ["no"] * 4 + ["yes"] * 2

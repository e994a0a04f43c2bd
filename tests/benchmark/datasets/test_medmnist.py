from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.manifest import read_manifest
from benchmark.datasets.medmnist import from_medmnist, reading_of
from benchmark.errors import UserError

PNEUMONIA = Path(__file__).parents[3] / "../shared/data/pneumoniamnist/manifest.csv"
CASES = Path(__file__).parents[3] / "../shared/cases"
SIZES = {"train": 4, "val": 2, "test": 3}


Arrays = dict[str, NDArray[Any]]


def write(path: Path, replaced: Arrays | None = None, shape: tuple[int, ...] = (28, 28)) -> Path:
    random = np.random.default_rng(0)
    arrays: Arrays = {}
    for split, size in SIZES.items():
        arrays[f"{split}_images"] = random.integers(0, 255, (size, *shape), np.uint8)
        arrays[f"{split}_labels"] = (np.arange(size, dtype=np.uint8) % 2)[:, None]
    arrays |= replaced or {}
    np.savez(path, allow_pickle=False, **arrays)
    return path


def convert(npz: Path, out: Path, abnormal: int = 1) -> Path:
    return from_medmnist(npz, out, frozenset({abnormal}))


def write_published(path: Path, *counts: tuple[int, int]) -> Path:
    """A file with these numbers of labels 0 and 1 in train, val and test; images of one pixel."""
    arrays: Arrays = {}
    for split, (zeros, ones) in zip(SIZES, counts, strict=True):
        arrays[f"{split}_labels"] = np.repeat(np.array([0, 1], np.uint8), [zeros, ones])[:, None]
        arrays[f"{split}_images"] = np.zeros((zeros + ones, 1, 1), np.uint8)
    np.savez(path, allow_pickle=False, **arrays)
    return path


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def test_images_keep_their_pixels_and_rows_their_labels(tmp_path: Path) -> None:
    npz = write(tmp_path / "pneumoniamnist.npz")
    manifest = read_manifest(convert(npz, tmp_path / "out"))
    with np.load(npz) as stored:
        wanted = np.concatenate([stored[f"{split}_images"] for split in SIZES])
        labels = np.concatenate([stored[f"{split}_labels"] for split in SIZES]).reshape(-1)
    assert np.array_equal(np.stack([pixels_of(path) for path in manifest.paths()]), wanted)
    assert manifest.images["label"].tolist() == labels.tolist()
    assert manifest.images["split"].tolist() == ["train"] * 6 + ["test"] * 3


def test_every_image_stands_as_its_own_patient(tmp_path: Path) -> None:
    path = convert(write(tmp_path / "pneumoniamnist.npz"), tmp_path / "out")
    rows = path.read_text().split("\n")
    assert rows[:2] == [
        "path,patient,study,body_part,label,split",
        "images/train/0000.png,train0000,train0000,XR_CHEST,0,train",
    ]
    assert read_manifest(path).images["patient"].is_unique


@pytest.mark.parametrize(
    ("name", "part"),
    [("pneumoniamnist_224", "chest"), ("breastmnist", "breast"), ("breastmnist_64", "breast")],
)
def test_the_body_part_comes_from_the_files_name(tmp_path: Path, name: str, part: str) -> None:
    images = read_manifest(convert(write(tmp_path / f"{name}.npz"), tmp_path / "out")).images
    assert images["body_part"].unique().tolist() == [part]


@pytest.mark.parametrize("name", ["breastmnist_224", "breast_224", "busi"])
def test_breastmnist_is_known_by_its_content_under_any_name(tmp_path: Path, name: str) -> None:
    npz = write_published(tmp_path / f"{name}.npz", (147, 399), (21, 57), (42, 114))
    manifest = read_manifest(from_medmnist(npz, tmp_path / "out"))
    assert manifest.images["label"].iloc[[0, 545]].tolist() == [1, 0], "0 is malignant in the file"
    assert (manifest.name, manifest.images["body_part"].unique().tolist()) == ("BreastMNIST", ["breast"])


def test_a_set_of_several_classes_keeps_them_unless_two_are_made(tmp_path: Path) -> None:
    npz = write(tmp_path / "dermamnist_64.npz", shape=(8, 8, 3))
    path = from_medmnist(npz, tmp_path / "out")
    manifest = read_manifest(path, task="multiclass")
    assert manifest.task.classes == (
        "actinic keratoses and intraepithelial carcinoma",
        "basal cell carcinoma",
    )
    assert (manifest.name, manifest.images["body_part"].unique().tolist()) == ("DermaMNIST", ["skin"])
    with Image.open(manifest.paths()[0]) as image:
        assert image.mode == "RGB"
    assert read_manifest(convert(npz, tmp_path / "two")).task.is_binary


def test_the_labels_of_a_known_set_cannot_be_turned_around(tmp_path: Path) -> None:
    npz = write_published(tmp_path / "x.npz", (147, 399), (21, 57), (42, 114))
    with pytest.raises(UserError, match="this is BreastMNIST, whose label 0 is the abnormal one"):
        convert(npz, tmp_path / "out", 1)


@pytest.mark.parametrize("name", ["breastmnist", "breast_224", "pneumoniamnist", "x"])
def test_a_file_of_other_content_is_not_read_by_its_name(tmp_path: Path, name: str) -> None:
    npz = write(tmp_path / f"{name}.npz")
    with pytest.raises(
        UserError, match=r"unknown which of its 2 labels \(0, 1\) are abnormal: .* --abnormal"
    ):
        from_medmnist(npz, tmp_path / "out")
    for label in (0, 1):
        images = read_manifest(convert(npz, tmp_path / f"out{label}", label)).images
        assert images["label"].tolist()[:2] == [1 - label, label]


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not in ../shared")
def test_a_renamed_excerpt_of_breastmnist_asks(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--abnormal"):
        from_medmnist(CASES / "breast_224.npz", tmp_path / "out")


def test_classes_of_several_become_two_by_choice_and_the_name_says_so(tmp_path: Path) -> None:
    npz = write(tmp_path / "dermamnist.npz", {"val_labels": np.array([[0], [6]])})
    with pytest.raises(UserError, match=r"its 3 labels \(0, 1, 6\)"):
        reading_of(npz)
    manifest = read_manifest(from_medmnist(npz, tmp_path / "out", frozenset({0, 6})))
    assert manifest.images["label"].tolist() == [1, 0, 1, 0, 1, 1, 1, 0, 1]
    assert manifest.name == "DermaMNIST (abnormal: 0,6)"


@pytest.mark.parametrize("abnormal", [{2}, {0, 1}, set()])
def test_abnormal_labels_are_some_of_those_in_the_file(tmp_path: Path, abnormal: set[int]) -> None:
    npz = write(tmp_path / "x.npz")
    with pytest.raises(UserError, match="must be some of its labels, not all of them: 0, 1"):
        from_medmnist(npz, tmp_path / "out", frozenset(abnormal))


def test_colour_images_stay_coloured(tmp_path: Path) -> None:
    manifest = read_manifest(convert(write(tmp_path / "x.npz", shape=(28, 28, 3)), tmp_path / "out"))
    with Image.open(manifest.paths()[0]) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        (
            {"test_labels": np.zeros((3, 14), np.uint8)},
            "14 labels an image, of which two classes cannot be made; keep them as findings: name the file",
        ),
        ({"test_labels": np.zeros((3, 1))}, r"float64 \(3, 1\); whole numbers are needed"),
        ({"test_labels": np.zeros((4, 1), np.uint8)}, "test_labels are of 4 images"),
        ({"val_images": np.zeros((2, 28, 28, 28), np.uint8)}, r"uint8 \(2, 28, 28, 28\); only 2-D 8-bit"),
        ({"val_images": np.zeros((2, 28, 28))}, r"float64 \(2, 28, 28\); only 2-D 8-bit"),
    ],
    ids=["multi-label", "float labels", "number", "volume", "float"],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    tmp_path: Path, replaced: Arrays, message: str
) -> None:
    npz = write(tmp_path / "pneumoniamnist.npz", replaced)
    with pytest.raises(UserError, match=message) as error:
        convert(npz, tmp_path / "out")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == [npz]


def test_a_file_that_is_not_medmnist_is_refused_in_one_line(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", images=np.zeros(3))
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "empty.npz").write_bytes(b"")
    for name in ("array.npy", "other.npz", "text.npz", "empty.npz"):
        with pytest.raises(UserError, match=rf"{name}: not a MedMNIST file \(.npz with train_images"):
            from_medmnist(tmp_path / name, tmp_path / "out")
    with pytest.raises(UserError, match="there is no such file"):
        from_medmnist(tmp_path / "absent.npz", tmp_path / "out")


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    npz = write(tmp_path / "pneumoniamnist.npz")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/kept").write_text("mine")
    for out in (tmp_path / "out", tmp_path / "out/kept"):
        with pytest.raises(UserError, match="is not empty: name another folder"):
            from_medmnist(npz, out)
    assert (tmp_path / "out/kept").read_text() == "mine"


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    convert(write(tmp_path / "pneumoniamnist.npz"), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "pneumoniamnist.npz"]


def test_a_kill_in_between_leaves_no_half_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    npz = write(tmp_path / "pneumoniamnist.npz")
    monkeypatch.setattr(Image.Image, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        convert(npz, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [npz]


@pytest.mark.skipif(not PNEUMONIA.is_file(), reason="PneumoniaMNIST is not in ../shared/data")
def test_the_official_arrays_become_the_manifest_of_pneumoniamnist(tmp_path: Path) -> None:
    rows = pd.read_csv(PNEUMONIA)
    rows = rows.groupby(["split", "label"], sort=False).head(20)
    arrays: Arrays = {}
    for split, part in rows.groupby("split"):
        pixels = [pixels_of(PNEUMONIA.parent / path) for path in part["path"]]
        arrays[f"{split}_images"] = np.stack(pixels)
        arrays[f"{split}_labels"] = part["label"].to_numpy(np.uint8)[:, None]
    written = pd.read_csv(convert(write(tmp_path / "pneumoniamnist.npz", arrays), tmp_path / "out"))
    columns = ["body_part", "label", "split"]
    pd.testing.assert_frame_equal(written[columns], rows[columns].reset_index(drop=True))


@pytest.mark.parametrize(
    ("file", "name"), [("pneumoniamnist_224.npz", "PneumoniaMNIST"), ("xrays.npz", "xrays")]
)
def test_the_data_set_is_named_and_cited(tmp_path: Path, file: str, name: str) -> None:
    manifest = read_manifest(convert(write(tmp_path / file), tmp_path / "out"))
    assert (manifest.name, manifest.citation) == (name, "yang2023medmnist")


def test_a_file_is_read_without_being_converted(tmp_path):
    reading, labels = reading_of(write(tmp_path / "mymnist.npz"), frozenset({1}))
    assert (reading.name, sorted(reading.abnormal)) == ("MyMNIST", [1])
    assert {split: len(found) for split, found in labels.items()} == SIZES

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.manifest import read_manifest
from benchmark.datasets.medmnist import from_medmnist
from benchmark.errors import UserError

PNEUMONIA = Path(__file__).parents[3] / "../shared/data/pneumoniamnist/manifest.csv"
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


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image)


def test_images_keep_their_pixels_and_rows_their_labels(tmp_path: Path) -> None:
    npz = write(tmp_path / "pneumoniamnist.npz")
    manifest = read_manifest(from_medmnist(npz, tmp_path / "out"))
    with np.load(npz) as stored:
        wanted = np.concatenate([stored[f"{split}_images"] for split in SIZES])
        labels = np.concatenate([stored[f"{split}_labels"] for split in SIZES]).reshape(-1)
    assert np.array_equal(np.stack([pixels_of(path) for path in manifest.paths()]), wanted)
    assert manifest.images["label"].tolist() == labels.tolist()
    assert manifest.images["split"].tolist() == ["train"] * 6 + ["test"] * 3


def test_every_image_stands_as_its_own_patient(tmp_path: Path) -> None:
    path = from_medmnist(write(tmp_path / "pneumoniamnist.npz"), tmp_path / "out")
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
    images = read_manifest(from_medmnist(write(tmp_path / f"{name}.npz"), tmp_path / "out")).images
    assert images["body_part"].unique().tolist() == [part]


def test_breastmnist_whose_file_calls_malignant_0_gets_malignant_1(tmp_path: Path) -> None:
    images = read_manifest(from_medmnist(write(tmp_path / "breastmnist.npz"), tmp_path / "out")).images
    assert images["label"].tolist()[:4] == [1, 0, 1, 0]


def test_colour_images_stay_coloured(tmp_path: Path) -> None:
    manifest = read_manifest(from_medmnist(write(tmp_path / "x.npz", shape=(28, 28, 3)), tmp_path / "out"))
    with Image.open(manifest.paths()[0]) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"val_labels": np.array([[0], [2]])}, "has 3 classes; only two-class sets"),
        ({"test_labels": np.zeros((3, 14), np.uint8)}, "only two-class sets"),
        ({"val_images": np.zeros((2, 28, 28, 28), np.uint8)}, r"uint8 \(2, 28, 28, 28\); only 2-D 8-bit"),
        ({"val_images": np.zeros((2, 28, 28))}, r"float64 \(2, 28, 28\); only 2-D 8-bit"),
    ],
    ids=["classes", "multi-label", "volume", "float"],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    tmp_path: Path, replaced: Arrays, message: str
) -> None:
    npz = write(tmp_path / "pneumoniamnist.npz", replaced)
    with pytest.raises(UserError, match=message) as error:
        from_medmnist(npz, tmp_path / "out")
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
    from_medmnist(write(tmp_path / "pneumoniamnist.npz"), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "pneumoniamnist.npz"]


def test_a_kill_in_between_leaves_no_half_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    npz = write(tmp_path / "pneumoniamnist.npz")
    monkeypatch.setattr(Image.Image, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        from_medmnist(npz, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [npz]


@pytest.mark.skipif(not PNEUMONIA.is_file(), reason="PneumoniaMNIST is not in ../shared/data")
def test_the_official_arrays_become_the_manifest_of_pneumoniamnist(tmp_path: Path) -> None:
    rows = pd.read_csv(PNEUMONIA)
    rows = rows.groupby("split", sort=False).head(40)
    arrays: Arrays = {}
    for split, part in rows.groupby("split"):
        pixels = [pixels_of(PNEUMONIA.parent / path) for path in part["path"]]
        arrays[f"{split}_images"] = np.stack(pixels)
        arrays[f"{split}_labels"] = part["label"].to_numpy(np.uint8)[:, None]
    written = pd.read_csv(from_medmnist(write(tmp_path / "pneumoniamnist.npz", arrays), tmp_path / "out"))
    pd.testing.assert_frame_equal(written, rows.reset_index(drop=True))


@pytest.mark.parametrize(
    ("file", "name"), [("pneumoniamnist_224.npz", "PneumoniaMNIST"), ("xrays.npz", "xrays")]
)
def test_the_data_set_is_named_and_cited(tmp_path: Path, file: str, name: str) -> None:
    manifest = read_manifest(from_medmnist(write(tmp_path / file), tmp_path / "out"))
    assert (manifest.name, manifest.citation) == (name, "yang2023medmnist")

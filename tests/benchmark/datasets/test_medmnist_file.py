import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from benchmark.datasets.medmnist_file import images_of, labels_of
from benchmark.errors import UserError


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (5, 8, 6), np.uint8)
    np.savez(
        tmp_path / "x.npz",
        allow_pickle=False,
        train_images=pixels,
        train_labels=np.array([[0], [1], [1], [0], [1]]),
    )
    return tmp_path / "x.npz"


def test_arrays_are_those_that_numpy_reads(npz: Path) -> None:
    with np.load(npz) as stored:
        assert np.array_equal(np.stack(list(images_of(npz, "train", 5))), stored["train_images"])
        assert np.array_equal(labels_of(npz, "train"), stored["train_labels"])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_called_truncated(npz: Path, share: float) -> None:
    npz.write_bytes(npz.read_bytes()[: int(share * npz.stat().st_size)])
    with pytest.raises(UserError, match=r"truncated or damaged .* download it again"):
        labels_of(npz, "train")


def test_a_changed_byte_is_noticed(npz: Path) -> None:
    content = bytearray(npz.read_bytes())
    content[200] ^= 1
    npz.write_bytes(content)
    with pytest.raises(UserError, match="truncated or damaged"):
        list(images_of(npz, "train", 5))


def test_an_array_shorter_than_its_header_says_is_noticed(tmp_path: Path, npz: Path) -> None:
    with zipfile.ZipFile(npz) as stored:
        array = stored.read("train_images.npy")
    with zipfile.ZipFile(tmp_path / "short.npz", "w") as archive:
        archive.writestr("train_images.npy", array[:-10])
    with pytest.raises(UserError, match="an array ends too early"):
        list(images_of(tmp_path / "short.npz", "train", 5))


def test_images_that_claim_to_be_huge_are_not_read(tmp_path: Path) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": (5, 10**6, 10**6)}
    with (
        zipfile.ZipFile(tmp_path / "huge.npz", "w") as archive,
        archive.open("train_images.npy", "w") as stream,
    ):
        np.lib.format.write_array_header_1_0(stream, header)
    with pytest.raises(UserError, match="train_images are"):
        list(images_of(tmp_path / "huge.npz", "train", 5))


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", train_labels=np.array([{}], dtype=object))
    with pytest.raises(UserError, match="not stored as MedMNIST"):
        labels_of(tmp_path / "x.npz", "train")


def test_what_is_no_file_is_named_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.npz")
    with pytest.raises(UserError, match="a FIFO"):
        labels_of(tmp_path / "x.npz", "train")

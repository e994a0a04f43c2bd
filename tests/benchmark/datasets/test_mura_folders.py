import os
from pathlib import Path

import pytest

from benchmark.datasets.mura_folders import found_images, is_hidden, mura_folder
from benchmark.errors import UserError

IMAGE = "train/XR_ELBOW/patient00001/study1_positive/image1.png"


def put(root: Path, *images: str) -> Path:
    for image in images:
        (root / image).parent.mkdir(parents=True, exist_ok=True)
        (root / image).write_bytes(b"image")
    return root


def test_the_folder_the_one_above_and_a_nested_one_are_found(tmp_path: Path) -> None:
    inner = put(tmp_path / "x/MURA-v1.1/MURA-v1.1", IMAGE)
    assert mura_folder(inner) == (inner, "")
    assert mura_folder(inner.parent) == (inner, "")
    folder, note = mura_folder(tmp_path / "x")
    assert folder == inner
    assert str(inner) in note


@pytest.mark.parametrize("place", ["a", "a/b"])
def test_a_folder_below_is_named(tmp_path: Path, place: str) -> None:
    inner = (
        put(tmp_path / "x" / place / "mura", IMAGE) if place == "a" else put(tmp_path / "x" / place, IMAGE)
    )
    with pytest.raises(UserError, match=f"not MURA: .*; give the folder below: {inner}$"):
        mura_folder(tmp_path / "x")


@pytest.mark.parametrize("inside", ["train", "train/XR_ELBOW", "train/XR_ELBOW/patient00001"])
def test_a_folder_above_is_named(tmp_path: Path, inside: str) -> None:
    put(tmp_path, IMAGE)
    with pytest.raises(UserError, match=f"; give the folder above: {tmp_path}$"):
        mura_folder(tmp_path / inside)


def test_a_folder_that_is_not_there_and_a_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such folder"):
        mura_folder(tmp_path / "absent")
    put(tmp_path, "MURA.zip")
    with pytest.raises(UserError, match="it is a file; give the folder of the unpacked data"):
        mura_folder(tmp_path / "MURA.zip")


def test_hidden_files_and_folders_are_no_images(tmp_path: Path) -> None:
    study = "train/XR_ELBOW/patient00001/study1_positive"
    put(tmp_path, IMAGE, f"{study}/._image1.png", f"{study}/.ipynb_checkpoints/image1-checkpoint.png")
    put(tmp_path, "train/__MACOSX/XR_ELBOW/patient00001/study1_positive/image1.png")
    assert found_images(tmp_path, "train") == [IMAGE]
    assert found_images(tmp_path, "valid") == []
    assert not is_hidden("train/../x.png")


def test_a_link_that_leads_back_ends(tmp_path: Path) -> None:
    put(tmp_path, IMAGE)
    (tmp_path / "train/XR_ELBOW/loop").symlink_to(tmp_path / "train")
    with pytest.raises(UserError, match="nested deeper than MURA's; does a link lead back"):
        found_images(tmp_path, "train")


def test_a_folder_with_the_name_of_an_image_is_named(tmp_path: Path) -> None:
    (put(tmp_path, IMAGE) / IMAGE).with_name("image2.png").mkdir()
    with pytest.raises(UserError, match=r"image2.png' is a folder, not an image file"):
        found_images(tmp_path, "train")


def test_a_name_that_is_no_utf_8_is_shown_in_ascii(tmp_path: Path) -> None:
    put(tmp_path, IMAGE)
    folder = os.fsencode((tmp_path / IMAGE).parent)
    Path(os.fsdecode(folder + b"/image\xff.png")).write_bytes(b"image")
    with pytest.raises(UserError, match=r"image\\udcff.png' is no UTF-8; rename"):
        found_images(tmp_path, "train")

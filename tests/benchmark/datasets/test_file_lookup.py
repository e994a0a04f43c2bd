import os
import unicodedata
from pathlib import Path

import pytest

from benchmark.datasets.file_lookup import MISSING, ImageFiles, find_files, plain_path
from benchmark.errors import UserError

LISTING = Path("m.csv")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    for path in (folder / "a.png", folder / "sub/b.png", tmp_path / "out.png"):
        path.write_bytes(b"image")
    return folder


def test_backslashes_and_dots_are_made_plain() -> None:
    assert plain_path(".\\sub\\..\\a.png") == "a.png"


def test_a_file_below_the_root_is_found(root: Path) -> None:
    files = ImageFiles(root)
    assert files.find("a.png") == ("a.png", "")
    assert files.find("sub/b.png") == ("sub/b.png", "")
    assert files.find("c.png") == ("c.png", MISSING)


def test_the_bytes_of_found_files_are_noted_those_of_a_link_being_its_target_s(root: Path) -> None:
    (root / "link.png").symlink_to(root / "a.png")
    files = ImageFiles(root)
    for name in ("a.png", "link.png", "c.png", "sub"):
        files.find(name)
    assert files.sizes == {"a.png": 5, "link.png": 5}


@pytest.mark.parametrize("wanted", ["NFC", "NFD"])
@pytest.mark.parametrize("there", ["NFC", "NFD"])
def test_a_name_is_found_in_either_unicode_form_with_folders_in_the_other(
    root: Path, wanted: str, there: str
) -> None:
    other = "NFC" if there == "NFD" else "NFD"
    folder, file = unicodedata.normalize(other, "Böhm"), unicodedata.normalize(there, "é.png")
    (root / folder).mkdir()
    (root / folder / file).write_bytes(b"image")
    assert ImageFiles(root).find(unicodedata.normalize(wanted, "Böhm/é.png")) == (f"{folder}/{file}", "")


@pytest.mark.parametrize("name", ["../out.png", "/etc/passwd", "C:/x.png", "//server/x.png"])
def test_a_path_that_leaves_the_root_needs_leave(root: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"m.csv:7: '.*' is not below the folder .* 'allow_outside: true'"):
        find_files(LISTING, ImageFiles(root), {7: name})


def test_with_leave_files_outside_are_read(root: Path) -> None:
    outside = str(root.parent / "out.png")
    (root / "link.png").symlink_to(outside)
    files = ImageFiles(root, allow_outside=True)
    for name in ("../out.png", outside, "link.png"):
        assert files.find(name) == (name, "")


def test_a_link_out_of_the_root_needs_leave_be_it_a_file_or_a_folder(root: Path) -> None:
    (root / "link.png").symlink_to(root.parent / "out.png")
    (root / "folder").symlink_to(root.parent)
    for name in ("link.png", "folder/out.png"):
        assert "a link that leads out of the folder" in ImageFiles(root).find(name)[1]


def test_links_inside_and_a_root_that_is_a_link_are_fine(root: Path) -> None:
    (root / "link.png").symlink_to(root / "a.png")
    (root.parent / "other").symlink_to(root)
    for files in (ImageFiles(root), ImageFiles(root.parent / "other")):
        assert files.find("link.png") == ("link.png", "")
        assert files.find("sub/b.png") == ("sub/b.png", "")


def test_what_is_no_regular_file_is_named(root: Path) -> None:
    os.mkfifo(root / "fifo.png")
    (root / "self.png").symlink_to("self.png")
    (root / "folder.png").mkdir()
    found = {
        name: ImageFiles(root).find(name)[1]
        for name in ("fifo.png", "self.png", "folder.png", "a" * 300, "a\0b")
    }
    assert found["fifo.png"] == "is a FIFO, not an image file"
    assert found["self.png"] == "is a link that leads to itself"
    assert found["folder.png"] == "is a folder, not an image file"
    assert found["a" * 300] == "has a name that is too long for a file"
    assert found["a\0b"] == MISSING


def test_missing_files_are_counted_and_long_names_shortened(root: Path) -> None:
    names = {2: "a.png", 3: "x/" + "y" * 200, 4: "z.png"}
    with pytest.raises(
        UserError, match=r"^m.csv:3: 2 of 3 images do not exist: x/y+\.\.\.y+, z.png; download them$"
    ):
        find_files(LISTING, ImageFiles(root), names, "; download them")

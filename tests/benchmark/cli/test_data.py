"""The commands below `benchmark data`, on a small phantom."""

import csv
from shutil import copytree

import numpy as np
import pytest

from benchmark.cli.data import convert_medmnist, draw, explore_root, labels_of, open_root, verify_root
from benchmark.errors import UserError


def test_a_phantom_is_drawn_and_its_place_said(tmp_path, capsys):
    draw(tmp_path / "p", patients=10, difficulty=0.0, seed=0, long_side=32, jobs=1)
    said = capsys.readouterr()
    drawn = list((tmp_path / "p").rglob("*.png"))
    assert f"{len(drawn)} images in" in said.out
    assert "abnormalities.csv" in said.out
    assert "drawing patients" in said.err


def test_a_sound_data_set_has_no_error_and_one_with_a_broken_image_has(phantom, tmp_path, capsys):
    assert verify_root(phantom, jobs=1)
    said = capsys.readouterr().out
    assert "patients, studies and images" in said
    broken = copytree(phantom, tmp_path / "broken")
    next(broken.glob("train/*/*/*/*.png")).write_bytes(b"")
    assert not verify_root(broken, jobs=1)
    assert "error" in capsys.readouterr().out


def test_tables_and_charts_are_listed_as_they_are_written(phantom, tmp_path, capsys):
    explore_root(phantom, tmp_path / "out")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) > 0


@pytest.fixture
def manifest(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    path = tmp_path / "manifest.csv"
    rows = [["path", "patient", "study", "body_part", "label"], ["a.png", "p", "s", "hand", "0"]]
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_a_manifest_is_found_by_its_file_and_by_its_folder(manifest):
    for root in (manifest, manifest.parent):
        found, published = open_root(root)
        assert found.images["image"].tolist() == ["a.png"]
        assert not published


def test_only_muras_tree_is_compared_with_the_published_counts(phantom, tmp_path):
    assert open_root(phantom)[1] is False, "a phantom is laid out as MURA, but is not MURA"
    copy = copytree(phantom, tmp_path / "copy")
    assert open_root(copy)[1] is True


def test_a_medmnist_file_becomes_a_manifest_whose_place_is_said(tmp_path, capsys):
    arrays = {}
    for split in ("train", "val", "test"):
        arrays[f"{split}_images"] = np.zeros((2, 28, 28), np.uint8)
        arrays[f"{split}_labels"] = np.array([[0], [1]], np.uint8)
    np.savez(tmp_path / "pneumoniamnist.npz", allow_pickle=False, **arrays)
    convert_medmnist(tmp_path / "pneumoniamnist.npz", tmp_path / "out", frozenset({1}))
    assert "manifest.csv" in capsys.readouterr().out
    assert (tmp_path / "out" / "manifest.csv").is_file()
    with pytest.raises(UserError, match="not empty"):
        convert_medmnist(tmp_path / "pneumoniamnist.npz", tmp_path / "out")


def test_images_outside_are_read_with_leave_and_notes_are_logged(manifest, tmp_path, caplog):
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "manifest.csv").write_text(
        manifest.read_text().replace("a.png", "../a.png").replace("path", "file")
    )
    with pytest.raises(UserError, match="--allow-outside"):
        open_root(folder)
    found, _ = open_root(folder, allow_outside=True)
    assert found.images["image"].tolist() == ["../a.png"]
    assert "column 'file' taken for 'path'" in caplog.text


@pytest.mark.parametrize("text", ["", "one", "1;2", "-1", "1,", "12345", "٣"])
def test_labels_that_are_no_numbers_are_refused(text):
    with pytest.raises(UserError, match=r"--abnormal: .* must be whole numbers"):
        labels_of(text)


def test_labels_are_numbers_with_commas():
    assert (labels_of("0, 2"), labels_of(None)) == (frozenset({0, 2}), None)

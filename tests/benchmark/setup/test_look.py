import os

import pytest

from benchmark.errors import UserError
from benchmark.setup.look import SOURCES, look
from tests.benchmark.datasets.dicom.studies import write_folder
from tests.benchmark.setup.drawn import asked_of, draw_classes, draw_medmnist, draw_splits


def source_of(data, folder, **keys):
    return look(asked_of(data, folder, **keys))[0].name


def test_each_kind_of_data_is_recognised(tmp_path, phantom):
    draw_classes(tmp_path / "two", images=2)
    (tmp_path / "two/own.csv").write_text("path,patient,study,body_part,label\nnormal/000.png,1,1,a,0\n")
    assert source_of(tmp_path / "two", tmp_path) == "class folders"
    assert source_of(tmp_path / "two/own.csv", tmp_path) == "a manifest CSV"
    assert source_of(draw_splits(tmp_path / "kaggle", 2, 2, 2), tmp_path) == "class folders"
    assert source_of(phantom, tmp_path) == "MURA's tree"
    assert source_of(write_folder(tmp_path / "dicom", 4), tmp_path) == "DICOM files"
    npz = draw_medmnist(tmp_path / "mymnist.npz")
    assert source_of(npz, tmp_path, abnormal=("1",)) == "a MedMNIST file"


def test_the_registry_ends_with_what_fits_everything(tmp_path):
    assert [source.is_at(tmp_path) for source in SOURCES] == [False] * (len(SOURCES) - 1) + [True]


def test_what_is_no_data_set_gets_one_line_with_the_way_out(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "a.dcm").write_bytes(b"x")
    (tmp_path / "a.npz").write_bytes(b"x")
    (tmp_path / "a.pdf").write_bytes(b"%PDF\x00\xff")
    (tmp_path / "empty").mkdir()
    (tmp_path / "listed").mkdir()
    (tmp_path / "listed/all.csv").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    for name, said in (
        ("gone", "no such file or folder"),
        ("a.zip", "unpack it"),
        ("a.dcm", "give the folder"),
        ("a.npz", "not a MedMNIST file"),
        ("a.pdf", "a.pdf"),
        ("empty", "no image is there"),
        ("listed", r"if all\.csv lists the images, give that file"),
        ("pipe", "neither a file nor a folder"),
    ):
        with pytest.raises(UserError, match=said) as told:
            look(asked_of(tmp_path / name, tmp_path))
        assert "\n" not in str(told.value)


def test_labels_are_for_dicom_files(tmp_path):
    draw_classes(tmp_path / "two", images=2)
    with pytest.raises(UserError, match="--labels is for DICOM"):
        look(asked_of(tmp_path / "two", tmp_path, labels=tmp_path / "x.csv"))


def test_a_folder_that_cannot_be_read_is_said(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("benchmark.setup.class_tree.os.scandir", refused)
    with pytest.raises(UserError, match="cannot be read: Permission denied"):
        look(asked_of(tmp_path, tmp_path))

import zipfile

import pytest

from benchmark.errors import UserError
from benchmark.sharing import archive
from benchmark.sharing.archive import INDEX, Archive, Index, write_archive
from benchmark.store.records import PREDICTIONS, RESULT

KEPT = {"evaluation": {}, "cells": [], "comparisons": []}
CELL = "0123456789ab"


def index(**changes):
    given = {"benchmark_export": 1, "grid": "g", "test_digest": "d", "kept": KEPT, "version": "1"}
    return Index.model_validate(given | changes)


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "e.zip"
    assert write_archive(path, index(), "name: g\n", [(CELL, {RESULT: b"{}", PREDICTIONS: b"P"})]) == 1
    return path


def test_what_is_written_is_read(written):
    assert list(Archive(written).cells()) == [(CELL, {RESULT: b"{}", PREDICTIONS: b"P"})]
    assert list(Archive(written).results()) == [(CELL, b"{}")]
    assert Archive(written).index == index()


def test_equal_content_gives_equal_bytes(written, tmp_path):
    write_archive(tmp_path / "f.zip", index(), "name: g\n", [(CELL, {RESULT: b"{}", PREDICTIONS: b"P"})])
    assert (tmp_path / "f.zip").read_bytes() == written.read_bytes()


def test_nothing_is_left_when_a_cell_cannot_be_read(tmp_path):
    def cells():
        yield CELL, {RESULT: b"{}", PREDICTIONS: b"P"}
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_archive(tmp_path / "e.zip", index(), "", cells())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"\x00" * 1000])
def test_other_files_are_one_line(tmp_path, content):
    (tmp_path / "e.zip").write_bytes(content)
    with pytest.raises(UserError, match=r"e\.zip is no export"):
        Archive(tmp_path / "e.zip")


def test_an_absent_file_and_a_folder_are_one_line(tmp_path):
    with pytest.raises(UserError, match="there is no such file"):
        Archive(tmp_path / "e.zip")
    with pytest.raises(UserError, match="is no export"):
        Archive(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "another program or a later version"),
        ("[", "another program or a later version"),
        ("[" * 100_000, "another program or a later version"),
        (index().model_dump_json().replace('"benchmark_export":1', '"benchmark_export":2'), "later version"),
        (index().model_dump_json().replace('"grid":"g"', '"grid":"../g"'), "another program"),
        (index().model_dump_json().replace('"grid":"g"', '"grid":"mlflow.db"'), "another program"),
        (index().model_dump_json().replace('"cells":[]', '"cells":3'), "another program"),
    ],
)
def test_an_index_of_another_kind_is_one_line(tmp_path, text, told):
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as made:
        made.writestr(INDEX, text)
    with pytest.raises(UserError, match=told):
        Archive(tmp_path / "e.zip")


def test_a_zip_without_index_or_predictions_is_one_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as made:
        made.writestr("readme", "x")
    with pytest.raises(UserError, match=r"has no export\.json"):
        Archive(tmp_path / "e.zip")
    write_archive(tmp_path / "f.zip", index(), "", [(CELL, {RESULT: b"{}"})])
    with pytest.raises(UserError, match=r"has no cells/0123456789ab/predictions\.parquet"):
        list(Archive(tmp_path / "f.zip").cells())


def test_members_of_other_names_are_never_read(tmp_path):
    write_archive(tmp_path / "e.zip", index(), "", [])
    with zipfile.ZipFile(tmp_path / "e.zip", "a") as made:
        made.writestr("cells/../../../etc/result.json", "x")
        made.writestr("/cells/0123456789ab/result.json", "x")
    assert list(Archive(tmp_path / "e.zip").cells()) == []


def test_a_member_that_unpacks_to_gigabytes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_LARGEST", 1000)
    write_archive(tmp_path / "e.zip", index(), "", [(CELL, {RESULT: b"0" * 1001, PREDICTIONS: b""})])
    with pytest.raises(UserError, match="which no export has"):
        list(Archive(tmp_path / "e.zip").cells())


def test_members_that_unpack_to_too_much_together_are_refused(written, monkeypatch):
    with zipfile.ZipFile(written) as made:
        sizes = [member.file_size for member in made.infolist()]
    monkeypatch.setattr(archive, "_WHOLE", sum(sizes))
    Archive(written)
    monkeypatch.setattr(archive, "_WHOLE", sum(sizes) - 1)
    with pytest.raises(UserError, match=r"e\.zip unpacks to more than"):
        Archive(written)


def test_a_member_is_not_read_beyond_the_size_that_was_counted(tmp_path):
    write_archive(tmp_path / "e.zip", index(), "", [(CELL, {RESULT: b"0" * 5000, PREDICTIONS: b""})])
    content = (tmp_path / "e.zip").read_bytes()
    true, false = (size.to_bytes(4, "little") for size in (5000, 10))
    assert content.count(true) == 2  # before the member and in the list of members
    (tmp_path / "e.zip").write_bytes(content.replace(true, false))
    with pytest.raises(UserError, match="is damaged"):
        list(Archive(tmp_path / "e.zip").results())


def test_damaged_bytes_are_one_line(written):
    content = bytearray(written.read_bytes())
    place = content.index(b"cells/0123456789ab/result.json") + len("cells/0123456789ab/result.json")
    content[place : place + 4] = b"\xff\xff\xff\xff"
    written.write_bytes(content)
    with pytest.raises(UserError, match="is damaged"):
        list(Archive(written).cells())

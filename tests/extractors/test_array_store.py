from pathlib import Path

import numpy as np
import pytest

from extractors.array_store import PartialArray, read_array, write_atomically


def test_a_killed_filling_continues_where_it_was(tmp_path):
    folder = tmp_path / "a"
    first = PartialArray(folder, (10, 2), np.float32, 4)
    first.write(first.pending[0], np.ones((4, 2)))
    assert read_array(folder) is None, "an unfinished array must not be read"
    second = PartialArray(folder, (10, 2), np.float32, 4)
    assert [rows.start for rows in second.pending] == [4, 8]
    for rows in list(second.pending):
        second.write(rows, np.full((rows.stop - rows.start, 2), 2))
    stored = second.finish([str(i) for i in range(10)], note="kept")
    assert stored.data[:4].sum() == 8
    assert stored.data[4:].sum() == 24
    assert stored.meta["note"] == "kept"


def test_a_chunk_whose_note_was_cut_off_is_done_again(tmp_path):
    partial = PartialArray(tmp_path / "a", (30, 1), np.float32, 10)
    partial.write(partial.pending[0], np.ones((10, 1)))
    with (tmp_path / "a.part" / "done.txt").open("a") as stream:
        stream.write("1")  # the beginning of "10\n"
    assert [rows.start for rows in PartialArray(tmp_path / "a", (30, 1), np.float32, 10).pending] == [10, 20]


def test_damaged_bytes_are_not_a_hit(tmp_path):
    partial = PartialArray(tmp_path / "a", (3, 2), np.float32, 3)
    partial.write(partial.pending[0], np.ones((3, 2)))
    partial.finish(["a", "b", "c"])
    assert read_array(tmp_path / "a") is not None
    with (tmp_path / "a" / "data.npy").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x7f")
    assert read_array(tmp_path / "a") is None
    assert read_array(tmp_path / "a", check=False) is not None


def test_rows_and_ids_must_agree(tmp_path):
    partial = PartialArray(tmp_path / "a", (3, 2), np.float32, 3)
    partial.write(partial.pending[0], np.ones((3, 2)))
    with pytest.raises(ValueError, match="not written"):
        partial.finish(["a", "b"])


def test_another_shape_begins_again(tmp_path):
    partial = PartialArray(tmp_path / "a", (3, 2), np.float32, 3)
    partial.write(partial.pending[0], np.ones((3, 2)))
    assert len(PartialArray(tmp_path / "a", (3, 5), np.float32, 3).pending) == 1


def finished(folder):
    partial = PartialArray(folder, (3, 2), np.float32, 3)
    partial.write(partial.pending[0], np.ones((3, 2)))
    return partial.finish(["a", "b", "c"])


@pytest.mark.parametrize(
    ("name", "junk"),
    [("data.npy", b""), ("data.npy", b"junk"), ("data.npy", b"PK\x05\x06" + bytes(18)), ("meta.json", b""),
     ("meta.json", b"[]"), ("meta.json", b"{}"), ("meta.json", b"null"), ("meta.json", b'{"ids": 3}'),
     ("meta.json", b'{"ids": ["a", "b", "c"]}'), ("meta.json", b'{"ids": [1, 2, 3], "digest": "d"}'),
     ("meta.json", b"\xff\xfe"), ("meta.json", b"[" * 100_000), ("meta.json", b"9" * 5000)],
)  # fmt: skip
def test_damaged_files_are_no_array(tmp_path, name, junk):
    (finished(tmp_path / "a").folder / name).write_bytes(junk)
    assert read_array(tmp_path / "a", check=False) is None
    finished(tmp_path / "a")
    assert read_array(tmp_path / "a") is not None


@pytest.mark.parametrize("junk", [b"junk\n", b"\xff\n", b"9" * 5000 + b"\n", b"0\nx\n"])
def test_a_damaged_note_of_what_is_done_begins_again(tmp_path, junk):
    partial = PartialArray(tmp_path / "a", (30, 1), np.float32, 10)
    partial.write(partial.pending[0], np.ones((10, 1)))
    (tmp_path / "a.part" / "done.txt").write_bytes(junk)
    assert len(PartialArray(tmp_path / "a", (30, 1), np.float32, 10).pending) == 3


@pytest.mark.parametrize("name", ["data.npy", "done.txt"])
def test_a_folder_in_the_place_of_a_file_begins_again(tmp_path, name):
    (tmp_path / "a.part" / name).mkdir(parents=True)
    assert len(PartialArray(tmp_path / "a", (30, 1), np.float32, 10).pending) == 3


def test_a_file_in_the_place_of_the_folder_begins_again(tmp_path):
    (tmp_path / "a.part").write_bytes(b"")
    assert len(PartialArray(tmp_path / "a", (30, 1), np.float32, 10).pending) == 3


def test_a_full_disk_leaves_no_half_text_file(tmp_path, monkeypatch):
    def full(path, *_, **__):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "a.json", "{}")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_before_the_first_row_is_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        PartialArray(tmp_path / "a", (10, 10), np.uint8, 5)


def test_several_chunks_are_written_at_once_and_remembered_one_by_one(tmp_path):
    partial = PartialArray(tmp_path / "a", (30, 1), np.float32, 10)
    partial.write(slice(10, 30), np.ones((20, 1)))
    assert partial.pending == [slice(0, 10)]
    again = PartialArray(tmp_path / "a", (30, 1), np.float32, 10)
    assert again.pending == [slice(0, 10)]
    assert again.pending_in(slice(0, 30)) == [slice(0, 10)]
    assert again.pending_in(slice(0, 9)) == []
    again.write(slice(0, 20), np.full((20, 1), 2))  # a done chunk may be written again
    assert again.finish([str(n) for n in range(30)]).data[:, 0].tolist() == [2] * 20 + [1] * 10

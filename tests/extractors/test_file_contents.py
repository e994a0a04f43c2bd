import json
import os

import pytest

from extractors import file_contents
from extractors.file_contents import contents_digest, index_folder


@pytest.fixture
def folder(tmp_path):
    """Three files that have not changed for an hour, as far as this module can know."""
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode() * 10)
    return tmp_path


def digest(folder, **options):
    return contents_digest(folder / "cache", folder, list("abc"), **options)


@pytest.fixture
def reads(monkeypatch):
    """The files that are read, from now on; every change counts as settled."""
    found = []
    original = file_contents._bytes_digest
    monkeypatch.setattr(
        file_contents, "_bytes_digest", lambda path: found.append(path.name) or original(path)
    )
    monkeypatch.setattr(file_contents, "_SETTLED_NS", -(10**12))
    return found


def test_files_are_read_once_while_they_do_not_change(folder, reads):
    first = digest(folder)
    assert digest(folder) == first
    assert sorted(reads) == ["a", "b", "c"]


def test_a_change_of_the_same_size_and_time_is_seen(folder, reads):
    before = (folder / "b").stat()
    first = digest(folder)
    (folder / "b").write_bytes(b"X" * 10)
    os.utime(folder / "b", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "b").stat().st_mtime_ns == before.st_mtime_ns
    assert digest(folder) != first
    assert sorted(reads) == ["a", "b", "b", "c"], "the other files are not read again"


def test_touched_and_copied_files_are_the_same(folder, reads):
    first = digest(folder)
    (folder / "b").touch()
    (folder / "copy").write_bytes((folder / "c").read_bytes())
    (folder / "copy").replace(folder / "c")
    assert digest(folder) == first


def test_a_change_right_after_the_reading_is_seen_even_with_equal_times(folder, monkeypatch):
    first = digest(folder)
    states = {name: file_contents._state(f"{folder}/{name}") for name in "abc"}
    monkeypatch.setattr(
        file_contents, "_state", lambda path: states[path.rpartition("/")[2]]
    )  # a coarse clock
    (folder / "a").write_bytes(b"Y" * 10)
    assert digest(folder) != first


def test_names_and_order_count(folder):
    orders = {
        contents_digest(folder / "cache", folder, names) for names in (["a", "b"], ["b", "a"], ["a", "c"])
    }
    assert len(orders) == 3


def test_without_reading_new_files_nothing_is_known_of_them(folder, reads):
    assert digest(folder, read_new=False) is None
    assert reads == []
    assert digest(folder) == digest(folder, read_new=False)


def test_a_file_that_is_gone_or_a_pipe_counts_as_empty(folder):
    first = digest(folder)
    (folder / "a").unlink()
    os.mkfifo(folder / "a")
    assert digest(folder) != first


@pytest.mark.parametrize(
    "junk", [b"", b"[]", b"{", b"\xff\xfe", b'{"a": 3, "b": [1], "c": null}', b"[" * 100_000]
)
def test_a_damaged_index_is_made_again(folder, junk):
    first = digest(folder)
    (index,) = index_folder(folder / "cache").iterdir()
    index.write_bytes(junk)
    assert digest(folder) == first
    assert sorted(json.loads(index.read_bytes())) == ["a", "b", "c"]


def test_a_cache_that_cannot_be_written_is_no_error(folder):
    index_folder(folder / "cache").write_text("a file")
    assert digest(folder) == digest(folder)

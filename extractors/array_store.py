"""An array on disk: written chunk by chunk, resumable after a kill, checked against its digest on read."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from extractors.digests import JsonValue

_DATA, _META, _DONE = "data.npy", "meta.json", "done.txt"


@dataclass(frozen=True)
class StoredArray:
    """A finished array: `data` is a read-only memory map whose row i belongs to `ids[i]`."""

    folder: Path
    data: NDArray[Any]
    ids: list[str]
    digest: str
    meta: dict[str, Any]


def read_array(folder: Path, *, check: bool = True) -> StoredArray | None:
    """The array stored in `folder`, or None when it is absent, unfinished or damaged.

    With `check`, the bytes are compared with the digest that was written with them.
    """
    try:
        meta = json.loads((folder / _META).read_bytes())
        data = np.lib.format.open_memmap(folder / _DATA, mode="r")
    except (OSError, ValueError, EOFError, RecursionError):
        return None
    if not _describes(meta, data) or (check and _digest(data) != meta["digest"]):
        return None
    return StoredArray(folder, data, meta["ids"], meta["digest"], meta)


def _describes(meta: Any, data: NDArray[Any]) -> bool:
    """Whether the content of meta.json is that of an array with as many rows."""
    if not isinstance(meta, dict) or not isinstance(meta.get("digest"), str) or not data.ndim:
        return False
    ids = meta.get("ids")
    return isinstance(ids, list) and len(ids) == len(data) and all(isinstance(name, str) for name in ids)


class PartialArray:
    """An array being filled in `FOLDER.part`; `pending` lists the row ranges still to be written."""

    def __init__(self, folder: Path, shape: tuple[int, ...], dtype: DTypeLike, chunk_rows: int) -> None:
        self.folder = folder
        self._part = folder.with_name(folder.name + ".part")
        self._data = _open_or_create(self._part, shape, np.dtype(dtype))
        done = _chunks_done(self._part / _DONE) or set()
        starts = range(0, shape[0], chunk_rows)
        self.pending = [slice(s, min(s + chunk_rows, shape[0])) for s in starts if s not in done]

    def pending_in(self, rows: slice) -> list[slice]:
        """The pending chunks that lie within these rows."""
        return [one for one in self.pending if rows.start <= one.start and one.stop <= rows.stop]

    def write(self, rows: slice, values: NDArray[Any]) -> None:
        """Store a range of rows, one chunk or several, and remember the chunks within it as done."""
        self._data[rows] = values
        self._data.flush()
        covered = self.pending_in(rows)
        with (self._part / _DONE).open("a") as stream:
            stream.writelines(f"{one.start}\n" for one in covered)
        self.pending = [one for one in self.pending if one not in covered]

    def values(self) -> NDArray[Any]:
        """The rows written so far, as a view on the file."""
        return self._data

    def discard(self) -> None:
        """Delete the rows written so far."""
        shutil.rmtree(self._part, ignore_errors=True)

    def finish(self, ids: Sequence[str], **meta: JsonValue | Mapping[str, JsonValue]) -> StoredArray:
        """Write row ids and digest, and rename the folder to its final name.

        Raises ValueError when rows are still pending or ids and rows differ in number.
        """
        if self.pending or len(ids) != len(self._data):
            raise ValueError(f"{self._part}: {len(self.pending)} chunks are not written yet")
        sealed = {**meta, "ids": list(ids), "digest": _digest(self._data)}
        write_atomically(self._part / _META, json.dumps(sealed))
        (self._part / _DONE).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._part.rename(self.folder)
        stored = read_array(self.folder, check=False)
        if stored is None:
            raise ValueError(f"{self.folder}: the array just written cannot be read back")
        return stored


def write_atomically(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it, so that no reader sees half of it.

    A full disk raises OSError and leaves nothing.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _open_or_create(part: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.memmap[Any, Any]:
    try:
        data = np.lib.format.open_memmap(part / _DATA, mode="r+")
        if data.shape == shape and data.dtype == dtype and _chunks_done(part / _DONE) is not None:
            _allocate(part / _DATA)
            return data
    except (OSError, ValueError, EOFError):
        pass  # nothing usable there: begin again
    shutil.rmtree(part, ignore_errors=True)
    part.unlink(missing_ok=True)  # where it was a file
    part.mkdir(parents=True)
    data = np.lib.format.open_memmap(part / _DATA, mode="w+", dtype=dtype, shape=shape)
    _allocate(part / _DATA)
    return data


def _allocate(path: Path) -> None:
    """Take the room on the disk now: a full disk would end the process by SIGBUS when the map is written."""
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as stream:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)


def _chunks_done(path: Path) -> set[int] | None:
    """The first rows of the chunks that are written; None when the note is damaged."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]  # the last line has no end when a kill cut it off
        return {int(line) for line in lines if line}
    except FileNotFoundError:
        return set()
    except (OSError, ValueError):
        return None


def _digest(data: NDArray[Any]) -> str:
    digest = hashlib.blake2b(digest_size=20)
    digest.update(f"{data.dtype}{data.shape}".encode())
    rows_at_once = max(1, 2**24 // max(1, data[:1].nbytes))
    for start in range(0, len(data), rows_at_once):
        digest.update(np.ascontiguousarray(data[start : start + rows_at_once]).data)
    return digest.hexdigest()

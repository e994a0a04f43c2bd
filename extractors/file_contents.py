"""What image files hold: the digest of each one's bytes, read again only where the file may have changed.

A file is taken as unchanged while size, inode and the times of its last change (of content, and of the file's
entry, which no program can set back) are those of the last reading, as git does with its index.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from extractors.array_store import write_atomically
from extractors.digests import JsonValue, digest_of
from extractors.image_files import ImageFileError, regular_file

_SETTLED_NS = 2 * 10**9  # a younger change may share its time with a later one: such a file is read again
_THREADS = 8  # hashing waits for the disk; chosen by hand
_Entry = list[JsonValue]  # size, mtime_ns, ctime_ns, inode, digest
_log = logging.getLogger(__name__)


def contents_digest(cache: Path, root: Path, images: Sequence[str], *, read_new: bool = True) -> str | None:
    """The sha256 (hex) of names and bytes of all images (paths relative to `root`); their order counts.

    Files that may have changed since the last call are read; their digests are kept in `index_folder(cache)`.
    Without `read_new`, None when a file was never read before: then nothing is read. A file that cannot be
    read counts as empty. The digest does not depend on `root` nor on the files' times.
    """
    index = index_folder(cache) / f"{digest_of(str(root.absolute()))[:20]}.json"
    known = _read_index(index)
    if not read_new and not all(image in known for image in images):
        return None
    now = time.time_ns()
    states = [_state(f"{root}/{image}") for image in images]
    changed = [row for row, image in enumerate(images) if known.get(image, [None])[:4] != states[row]]
    with ThreadPoolExecutor(_THREADS) as threads:
        read = threads.map(lambda row: _bytes_digest(root / images[row]), changed)
        fresh = dict(zip(changed, read, strict=True))
    digests = [str(fresh[row] if row in fresh else known[image][4]) for row, image in enumerate(images)]
    if fresh:
        for row, digest in fresh.items():
            settled = all(now - int(str(moment)) > _SETTLED_NS for moment in states[row][1:3])
            known[images[row]] = [*(states[row] if settled else [0, 0, 0, 0]), digest]
        _write_index(index, known)
    return digest_of([[image, digest] for image, digest in zip(images, digests, strict=True)])


def index_folder(cache: Path) -> Path:
    """Where the digests are kept: beside the cache, so that a change is still seen when it was deleted."""
    return cache.with_name(f"{cache.name}.contents")


def _state(path: str) -> _Entry:
    try:
        status = os.stat(path)  # noqa: PTH116 (tens of thousands of Path objects take longer than the call)
    except (OSError, ValueError):
        return [0, 0, 0, 0]
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _bytes_digest(path: Path) -> str:
    try:
        with regular_file(path) as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except (OSError, ImageFileError):
        return ""


def _read_index(path: Path) -> dict[str, _Entry]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    entries = content.items() if isinstance(content, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, list) and len(entry) == 5}


def _write_index(path: Path, known: dict[str, _Entry]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(known))
    except OSError as error:  # the next call reads the files again
        _log.debug("%s cannot be written: %s", path, error)

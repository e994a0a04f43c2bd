"""Uploaded files as one study: limits on number and size, and names that are safe to show."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from benchmark.errors import UserError
from benchmark.prediction.studies import MOST_VIEWS, Study
from results.text import visible

MOST_MEGABYTES = 50  # of one file (2**20 bytes): a 16-bit image of 5,000 × 5,000 pixels has 48
_LONGEST_NAME = 60  # characters that are shown


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it: a name that may be anything, and its bytes."""

    name: str
    content: bytes


def study_of(uploads: Sequence[Upload]) -> Study:
    """These files as the views of one study; nothing is decoded.

    Raises UserError, in one line, for no file, too many, an empty or too large one, and one given twice.
    """
    if not uploads:
        raise UserError("no file was given")
    if len(uploads) > MOST_VIEWS:
        raise UserError(
            f"{len(uploads):,} files are too many for one study: at most {MOST_VIEWS} views; remove some"
        )
    seen: dict[bytes, str] = {}
    for upload in uploads:
        name, digest = shown_name(upload.name), hashlib.sha256(upload.content).digest()
        if not upload.content:
            raise UserError(f"{name} is empty")
        if len(upload.content) > MOST_MEGABYTES * 2**20:
            raise UserError(f"{name} is larger than {MOST_MEGABYTES} MB; reduce the image")
        if digest in seen:
            raise UserError(
                f"{name} is the same file as {seen[digest]}: a view counts once; remove one of them"
            )
        seen[digest] = name
    names = tuple(shown_name(upload.name) for upload in uploads)
    return Study("study", tuple(upload.content for upload in uploads), names)


def shown_name(name: str) -> str:
    """A file's name on one line, without folders and hidden signs; the middle of a long one is cut."""
    last = visible(PurePosixPath(name.replace("\\", "/")).name) or "unnamed"
    half = _LONGEST_NAME // 2
    return last if len(last) <= _LONGEST_NAME else f"{last[: half - 1]}…{last[-half:]}"

"""Which column of a table is which: the manifest's own names, and others that people use for them."""

import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from benchmark.errors import UserError
from results.label_tasks import LABEL

NEEDED = ("path", "patient", "study", "body_part", "label")
OPTIONAL = ("split",)
FORMAT = f"a CSV: {','.join(NEEDED)}[,{','.join(OPTIONAL)}]"
OTHER_NAMES = {
    "path": (
        "image",
        "image_path",
        "file",
        "filename",
        "file_name",
        "file_path",
        "filepath",
        "img",
        "img_path",
    ),
    "patient": ("patient_id", "patientid", "subject", "subject_id", "subjectid"),
    "study": ("study_id", "studyid", "study_uid", "accession", "accession_number", "exam", "exam_id"),
    "body_part": ("bodypart", "part", "body_part_examined", "bodypartexamined", "region"),
    "label": ("labels", "target", "class", "abnormal"),
    "split": ("subset", "set", "partition"),
}


def plain_name(header: str) -> str:
    """A header in lower case, with `_` for blanks and dashes: ` Patient ID` becomes `patient_id`."""
    text = unicodedata.normalize("NFKC", header).strip().lower()
    return "_".join(text.replace("-", " ").replace("_", " ").split())


def known_names(header: Sequence[str]) -> int:
    """How many of the manifest's columns a header names."""
    plain = {plain_name(name) for name in header}
    return sum(bool(plain & {column, *others}) for column, others in OTHER_NAMES.items())


def places_of(
    path: Path, line: int, header: Sequence[str], *, labelled: bool = True
) -> tuple[dict[str, int], list[str]]:
    """The place of each column of the manifest in a header, and notes on what was taken for what.

    A column of the format's own name wins over one of another name. Without `labelled` there is no column
    `label` to find: the labels are findings (`finding_places`). Raises UserError, at `line`, for a column
    that is missing, that occurs twice, or for which two others could stand.
    """
    plain = [plain_name(name) for name in header]
    places, notes = {}, []
    for column in (*NEEDED, *OPTIONAL):
        if column == "label" and not labelled:
            continue
        place, note = place_of(path, line, header, column, OTHER_NAMES[column])
        if place is None and column in NEEDED:
            raise UserError(f"{path}:{line}: {_missing(column, header)}")
        if place is not None:
            places[column] = place
        notes += [note] if note else []
    if "split" not in places:
        near = get_close_matches("split", plain, n=1)
        notes += (
            [f"no column 'split' (the column '{header[plain.index(near[0])]}' is not read)"] if near else []
        )
    return places, notes


def finding_places(path: Path, line: int, header: Sequence[str]) -> dict[str, int]:
    """The places of the columns `label:NAME`, by NAME. Raises UserError for one that occurs twice."""
    places: dict[str, int] = {}
    for place, written in enumerate(header):
        prefix, _, name = written.strip().partition(":")
        if f"{plain_name(prefix)}:" != LABEL or not name.strip():
            continue
        if name.strip() in places:
            raise UserError(f"{path}:{line}: the column '{written.strip()[:60]}' occurs twice; remove one")
        places[name.strip()] = place
    return places


def other_places(header: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
    """The places of the columns that are not `known`, by plain name; without those that occur twice."""
    plain = [plain_name(name) for name in header]
    return {
        name: place
        for place, name in enumerate(plain)
        if name and place not in known.values() and name not in known and plain.count(name) == 1
    }


def place_of(
    path: Path, line: int, header: Sequence[str], column: str, others: Sequence[str]
) -> tuple[int | None, str]:
    """The place of a column in a header, by its own name or by one of `others`; None without it.

    Also a note when it has another name. Raises UserError, at `line`, as `places_of`.
    """
    plain = [plain_name(name) for name in header]
    found = [n for n, name in enumerate(plain) if name == column]
    if len(found) > 1:
        raise UserError(f"{path}:{line}: the column '{column}' occurs twice; remove one")
    found = found or [n for n, name in enumerate(plain) if name in others]
    if len(found) > 1:
        names = " or ".join(f"'{header[n]}'" for n in found)
        raise UserError(f"{path}:{line}: the column '{column}' may be {names}; rename the right one")
    if not found:
        return None, ""
    place = found[0]
    return place, "" if plain[place] == column else f"column '{header[place]}' taken for '{column}'"


def _missing(column: str, header: Sequence[str]) -> str:
    near = "".join(f"; is it '{name}'?" for name in get_close_matches(column, header, n=1))
    if column == "label" and any(plain_name(name).startswith(LABEL) for name in header):
        near = f"; of columns {LABEL}NAME set dataset.task: multilabel in the grid (--task)"
    shown = ", ".join(name[:40] for name in header[:12]) + (", ..." if len(header) > 12 else "")
    return f"the column '{column}' is missing{near}; found: {shown} (expected {FORMAT})"

"""The manifest: one row per image of any data set, with its patient, study, body part, label and split."""

import csv
import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import pandas as pd

from benchmark.errors import UserError

COLUMNS = ("image", "patient", "study", "body_part", "label", "split")
_NEEDED = ("path", "patient", "study", "body_part", "label")
_SPLITS = ("train", "val", "valid", "test")
DESCRIPTION = "dataset.json"  # beside the CSV: {"name": ..., "citation": ...}


@dataclass(frozen=True, eq=False)
class Manifest:
    """The images of a data set.

    `images` has the columns image (posix path relative to `root`, unique), patient, study (unique over
    patients), body_part (lower case, without `XR_`), label (int64: 0 normal, 1 abnormal) and split:
    `train`, `test`, or empty when the data set has none. `evaluated_on` is the name of the test part
    in the data set itself (`valid` for MURA), empty when it has no test part. `name` and `citation` (a BibTeX
    key of the report's references, or free text) are for reports; they are not part of the digest.
    """

    root: Path
    images: pd.DataFrame
    evaluated_on: str
    name: str = ""
    citation: str = ""

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256(self.evaluated_on.encode())
        sizes = [path.stat().st_size for path in self.paths()]
        for row in self.images.assign(bytes=sizes).itertuples(index=False):
            digest.update("\x1f".join(map(str, row)).encode() + b"\n")
        return digest.hexdigest()

    def digest(self) -> str:
        """The sha256 (hex) of all rows and file sizes; it does not depend on the machine or on `root`."""
        return self._digest

    def paths(self) -> list[Path]:
        """The image files, in row order."""
        return [self.root / image for image in self.images["image"]]


def part_name(text: str) -> str:
    """Normalise the name of a body part: `XR_ELBOW` becomes `elbow`."""
    return text.strip().lower().removeprefix("xr_")


def read_manifest(path: Path) -> Manifest:
    """Read a CSV `path,patient,study,body_part,label[,split]`; paths are relative to its folder.

    Split values are train, val, valid and test. If there are `test` rows, they are the test set, and val
    belongs to the training pool; otherwise the val or valid rows are the test set. The file dataset.json
    beside the CSV, if any, gives `name` and `citation`. Raises UserError with file and line for anything
    that cannot be used.
    """
    rows = _read_rows(path)
    _check_columns(path, rows)
    _refuse(path, ~rows["label"].isin(["0", "1"]), rows["label"], "label must be 0 (normal) or 1 (abnormal)")
    names = rows["path"].map(lambda text: posixpath.normpath(text.replace("\\", "/")))
    _refuse(path, names.duplicated(), rows["path"], "this path is listed twice; remove one of the rows")
    check_files(path, path.parent, dict(zip(rows.index, names, strict=True)))
    split, evaluated_on = _splits(path, rows)
    images = pd.DataFrame(
        {
            "image": names,
            "patient": rows["patient"],
            "study": rows["patient"] + "/" + rows["study"],
            "body_part": rows["body_part"].map(part_name),
            "label": rows["label"].astype("int64"),
            "split": split,
        }
    )
    _check_studies(path, images)
    described = _read_description(path.with_name(DESCRIPTION))
    return Manifest(path.parent, images.reset_index(drop=True), evaluated_on, **described)


def check_files(listing: Path, root: Path, names: Mapping[int, str], hint: str = "") -> None:
    """Raise UserError, ending in `hint`, when files of a listing (by line, below `root`) are missing."""
    missing = {line: name for line, name in names.items() if not (root / name).is_file()}
    if missing:
        first = ", ".join(list(missing.values())[:3]) + (", ..." if len(missing) > 3 else "")
        raise UserError(
            f"{listing}:{min(missing)}: {len(missing)} of {len(names)} images do not exist: {first}{hint}"
        )


def _read_description(path: Path) -> dict[str, str]:
    """The `name` and `citation` of a dataset.json; empty when there is no such file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as JSON: {error}") from None
    texts = isinstance(content, dict) and all(isinstance(text, str) for text in content.values())
    if not texts or not set(content) <= {"name", "citation"}:
        raise UserError(
            f'{path}: must hold {{"name": "...", "citation": "..."}} (both optional) and nothing else'
        )
    return dict(content)


def _read_rows(path: Path) -> pd.DataFrame:
    """All fields as stripped text, indexed by their line in the file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            lines = {reader.line_num: row for row in reader if any(row)}  # noqa: B035 (it counts)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such manifest (a CSV: {','.join(_NEEDED)}[,split])") from None
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path}: cannot be read as CSV: {error}") from None
    header, *rows = [[field.strip() for field in row] for row in lines.values()] or [[]]
    if not rows:
        raise UserError(f"{path}: the manifest has no row (a CSV: {','.join(_NEEDED)}[,split])")
    for line, row in lines.items():
        if len(row) != len(header):
            raise UserError(f"{path}:{line}: {len(row)} fields, but the header has {len(header)}")
    return pd.DataFrame(rows, columns=header, index=list(lines)[1:], dtype="str")


def _check_columns(path: Path, rows: pd.DataFrame) -> None:
    found = tuple(rows.columns)
    for column in (*_NEEDED, "split"):
        if found.count(column) > 1:
            raise UserError(f"{path}:1: the column '{column}' occurs twice; remove one")
    for column in _NEEDED:
        if column not in found:
            near = "".join(f"; is it '{name}'?" for name in get_close_matches(column, found, n=1))
            raise UserError(f"{path}:1: the column '{column}' is missing{near}; found: {', '.join(found)}")
        _refuse(path, rows[column] == "", rows["path"], f"'{column}' is empty")


def _splits(path: Path, rows: pd.DataFrame) -> tuple[pd.Series, str]:
    if "split" not in rows:
        return pd.Series("", index=rows.index), ""
    split = rows["split"].str.lower()
    _refuse(path, ~split.isin(_SPLITS), rows["split"], f"split must be one of {', '.join(_SPLITS)}")
    has_test = bool((split == "test").any())
    test = split == "test" if has_test else split.isin(["val", "valid"])
    evaluated_on = "test" if has_test else "valid"
    return test.map({True: "test", False: "train"}), evaluated_on if test.any() else ""


def _check_studies(path: Path, images: pd.DataFrame) -> None:
    for column, what in (("label", "two labels"), ("body_part", "two body parts")):
        first = images.groupby("study")[column].transform("first")
        _refuse(path, images[column] != first, images["study"], f"this study (patient/study) has {what}")


def _refuse(path: Path, wrong: pd.Series, values: pd.Series, message: str) -> None:
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise UserError(f"{path}:{wrong.index[row]}: '{values.iloc[row]}': {message}")

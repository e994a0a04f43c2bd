"""The manifest: one row per image of any data set, with its patient, study, body part, label and split."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from benchmark.datasets.names import did_you_mean
from benchmark.errors import UserError

COLUMNS = ("image", "patient", "study", "body_part", "label", "split")
_NEEDED = ("path", "patient", "study", "body_part", "label")
_SPLITS = ("train", "val", "valid", "test")


@dataclass(frozen=True, eq=False)
class Manifest:
    """The images of a data set.

    `images` has the columns image (posix path relative to `root`, unique), patient, study, body_part
    (lower case, without `XR_`), label (0 normal, 1 abnormal) and split: `train`, `test`, or empty when
    the data set has none. `evaluated_on` is the name of the test part in the data set's own words.
    """

    root: Path
    images: pd.DataFrame
    evaluated_on: str

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256(self.evaluated_on.encode())
        sizes = [(self.root / image).stat().st_size for image in self.images["image"]]
        for row in self.images.assign(bytes=sizes).itertuples(index=False):
            digest.update("\x1f".join(map(str, row)).encode() + b"\n")
        return digest.hexdigest()

    def digest(self) -> str:
        """The sha256 (hex) of all rows and of each file's size; the same on every machine."""
        return self._digest

    def paths(self) -> list[Path]:
        """The image files, in row order."""
        return [self.root / image for image in self.images["image"]]


def part_name(text: str) -> str:
    """A body part as it is written here: `XR_ELBOW` is `elbow`."""
    return text.strip().lower().removeprefix("xr_")


def read_manifest(path: Path) -> Manifest:
    """Read a CSV `path,patient,study,body_part,label[,split]`; paths are relative to its folder.

    Split values are train, val, valid and test. With any `test` row that is the test set, and val
    belongs to the training pool; without, val or valid is the test set. Raises UserError naming file
    and line for anything that cannot be used.
    """
    rows = _read_csv(path)
    _check_columns(path, rows)
    labels = rows["label"].str.strip()
    _refuse(path, ~labels.isin(["0", "1"]), labels, "label must be 0 (normal) or 1 (abnormal)")
    _refuse(path, rows["path"].duplicated(), rows["path"], "this path stands there twice")
    split, evaluated_on = _splits(path, rows)
    images = pd.DataFrame(
        {
            "image": rows["path"].str.replace("\\", "/", regex=False),
            "patient": rows["patient"],
            "study": rows["patient"] + "/" + rows["study"],
            "body_part": rows["body_part"].map(part_name),
            "label": labels.astype("int64"),
            "split": split,
        }
    )
    _check_studies(path, images)
    check_files(path, path.parent, images["image"].tolist())
    return Manifest(path.parent, images, evaluated_on)


def check_files(source: Path, root: Path, images: Sequence[str]) -> None:
    """Raise UserError when files that the manifest names are not there."""
    missing = [image for image in images if not (root / image).is_file()]
    if missing:
        raise UserError(
            f"{source}: {len(missing)} of {len(images)} images are not there, the first: {root / missing[0]}"
        )


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such manifest (a CSV: {','.join(_NEEDED)}[,split])") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, OSError) as error:
        raise UserError(f"{path}: not a CSV that can be read: {str(error).splitlines()[0]}") from None
    rows.columns = rows.columns.str.strip()
    if rows.empty:
        raise UserError(f"{path}: the manifest has no row")
    return rows


def _check_columns(path: Path, rows: pd.DataFrame) -> None:
    found = tuple(rows.columns)
    for column in _NEEDED:
        if column not in found:
            raise UserError(f"{path}:1: the column '{column}' is missing{did_you_mean(column, found)}")
        _refuse(path, rows[column].str.strip() == "", rows[column], f"'{column}' is empty")


def _splits(path: Path, rows: pd.DataFrame) -> tuple[pd.Series, str]:
    if "split" not in rows:
        return pd.Series("", index=rows.index), ""
    split = rows["split"].str.strip().str.lower()
    _refuse(path, ~split.isin(_SPLITS), rows["split"], f"split must be one of {', '.join(_SPLITS)}")
    has_test = bool((split == "test").any())
    test = split == "test" if has_test else split.isin(["val", "valid"])
    return split.where(~test, "test").where(test, "train"), "test" if has_test else "valid"


def _check_studies(path: Path, images: pd.DataFrame) -> None:
    for column, what in (("label", "two labels"), ("body_part", "two body parts")):
        first = images.groupby("study")[column].transform("first")
        _refuse(path, images[column] != first, images["study"], f"this study has {what}")


def _refuse(path: Path, wrong: pd.Series, values: pd.Series, message: str) -> None:
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise UserError(f"{path}:{row + 2}: '{values.iloc[row]}': {message}")

"""The known places of abnormalities: `abnormalities.csv` beside the images, as the phantom has it."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pandas as pd

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.text_table import decoded
from benchmark.errors import UserError, reason
from extractors.digests import digest_of

BOXES = "abnormalities.csv"
_CORNERS = ["x0", "y0", "x1", "y1"]
_COLUMNS = ["image", *_CORNERS]


@dataclass(frozen=True, eq=False)
class Boxes:
    """One box per image of `by_image`: (x0, y0, x1, y1) in pixels of its file; x1 and y1 are outside."""

    by_image: dict[str, tuple[int, int, int, int]]

    @property
    def digest(self) -> str:
        """The digest of all boxes."""
        return digest_of({image: list(box) for image, box in self.by_image.items()})


def read_boxes(manifest: Manifest) -> Boxes:
    """The boxes of a data set's abnormal images: none where it has no file of them.

    The file has the columns image (as in the manifest), x0, y0, x1 and y1. Raises UserError, with file and
    line, for a file that cannot be read, and for a box without area or beside the image.
    """
    path = manifest.root / BOXES
    if not path.is_file():
        return Boxes({})
    table = _read(path)
    wrong = (
        (table["x0"] < 0) | (table["y0"] < 0) | (table["x1"] <= table["x0"]) | (table["y1"] <= table["y0"])
    )
    twice = table["image"].duplicated()
    for problem, rows in (("this box has no area", wrong), ("this image has two boxes", twice)):
        if rows.any():
            raise UserError(f"{path}:{int(rows.to_numpy().argmax()) + 2}: {problem}")
    found = zip(*(table[column].tolist() for column in _COLUMNS), strict=True)
    return Boxes({image: (int(x0), int(y0), int(x1), int(y1)) for image, x0, y0, x1, y1 in found})


def _read(path: Path) -> pd.DataFrame:
    text, _ = decoded(path)
    try:
        table = pd.read_csv(StringIO(text), dtype={"image": str})
    except (ValueError, pd.errors.ParserError) as error:
        raise UserError(f"{path}: cannot be read as a table: {reason(error)}") from None
    missing = [column for column in _COLUMNS if column not in table]
    if missing:
        raise UserError(f"{path}: has no column {', '.join(missing)} (needs {', '.join(_COLUMNS)})")
    numbers = table[_CORNERS].apply(pd.to_numeric, errors="coerce")
    unread = numbers.isna().any(axis=1) | table["image"].isna()
    if unread.any():
        raise UserError(f"{path}:{int(unread.to_numpy().argmax()) + 2}: a value is missing or no number")
    return table.assign(**numbers)

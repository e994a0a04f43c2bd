"""Vectors that somebody else made: `embeddings:FILE`, one row an image, found by the image's id.

FILE is .parquet (a column `image`, and the numbers in the other columns or as lists in one), .npz (arrays
`images` and `vectors`), or .npy beside a text file of the same name (.txt, one image a line).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from extractors.errors import reason
from extractors.specs import BackboneSpec

PREFIX = "embeddings:"
_IDS = "image"  # column of a table
_FORMATS = (".parquet", ".npz", ".npy")


def knows(name: str) -> bool:
    """Whether a path follows the prefix; the file is read when it is needed."""
    return bool(name.removeprefix(PREFIX))


def names() -> list[str]:
    """None: they are files."""
    return []


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """Set `weights` to the file, so that the digest of its content counts."""
    return replace(spec, weights=spec.name.removeprefix(PREFIX)) if spec.pretrained else spec


def files(spec: BackboneSpec) -> list[Path]:
    """The list of images beside a .npy file."""
    file = Path(spec.name.removeprefix(PREFIX))
    beside = file.with_suffix(".txt")
    return [beside] if file.suffix == ".npy" and beside.is_file() else []


def vectors(spec: BackboneSpec, images: Sequence[str]) -> NDArray[np.float32]:
    """The vectors (n, width) of these images, in their order; further ones in the file are left out.

    Raises ValueError for an image that the file lacks or has twice, for a file that cannot be read, and for
    settings that only networks have.
    """
    given = [key for key in ("model_args", "mean", "std") if getattr(spec, key)]
    if given := [*given, *spec.chosen]:
        raise ValueError(f"'{spec.label}' is a file of vectors: it takes no {', '.join(given)}")
    file = Path(spec.name.removeprefix(PREFIX))
    try:
        ids, values = _READERS.get(file.suffix, _unknown)(file)
        matrix = np.asarray(values, np.float32)
    except Exception as error:  # readers raise anything for damaged files
        raise ValueError(f"{file} cannot be read as embeddings: {reason(error)}") from error
    if matrix.ndim != 2 or len(matrix) != len(ids) or not matrix.shape[1]:
        raise ValueError(
            f"{file} has {len(ids)} images and vectors of the shape {matrix.shape}: one row each"
        )
    rows = {name: row for row, name in enumerate(ids)}
    if len(rows) < len(ids):
        twice = next(name for row, name in enumerate(ids) if rows[name] != row)
        raise ValueError(f"{file} has the image '{twice}' twice")
    missing = [image for image in images if image not in rows]
    if missing:
        raise ValueError(
            f"{file} lacks {len(missing)} of {len(images)} images, for example '{missing[0]}' "
            f"(it has '{ids[0] if ids else ''}'): its ids must be those of the manifest"
        )
    return matrix[[rows[image] for image in images]]


def build(spec: BackboneSpec, pretrained: bool) -> NoReturn:
    """Raise ValueError: there is no network."""
    raise ValueError(
        f"'{spec.label}' are vectors of given images: without their network no other image can be judged"
    )


normalisation = build


def _table(file: Path) -> tuple[list[str], Any]:
    import pandas as pd
    from pandas.api.types import is_numeric_dtype

    table = pd.read_parquet(file)
    if _IDS not in table.columns:
        table = table.reset_index(names=_IDS)
    numbers = table.drop(columns=_IDS)
    listed = numbers.shape[1] == 1 and not is_numeric_dtype(numbers.dtypes.iloc[0])
    values = np.stack(numbers.iloc[:, 0].tolist()) if listed else numbers.to_numpy(np.float32)
    return [str(name) for name in table[_IDS]], values


def _arrays(file: Path) -> tuple[list[str], Any]:
    with np.load(file, allow_pickle=False) as content:
        absent = [name for name in ("images", "vectors") if name not in content]
        if absent:
            raise ValueError(f"it has no array {' and no '.join(absent)}; it has {', '.join(content.files)}")
        return [str(name) for name in content["images"]], content["vectors"]


def _matrix(file: Path) -> tuple[list[str], Any]:
    beside = file.with_suffix(".txt")
    if not beside.is_file():
        raise ValueError(f"{beside.name} must lie beside it, with one image a line")
    return beside.read_text(encoding="utf-8").splitlines(), np.load(file, allow_pickle=False)


def _unknown(file: Path) -> NoReturn:
    raise ValueError(f"its name must end in {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}")


_READERS = dict(zip(_FORMATS, (_table, _arrays, _matrix), strict=True))

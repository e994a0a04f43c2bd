"""What each image file of a data set is: its header, its grey values, and whether it can be read at all."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray
from PIL import Image

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.rows_by_class import rows_by_class
from extractors.grey_values import grey_image
from extractors.image_files import Header, ImageFileError, header_of, open_image
from extractors.orphans import ending_with_this
from results.label_tasks import TWO_CLASSES, LabelTask

NARROW_SPAN = 26  # grey levels: a tenth of those of 8 bits; chosen by hand
FEW_LEVELS = 16  # distinct grey levels; chosen by hand
_FRAME_ABOVE_CENTRE, _BRIGHT_FRAME = 35, 150  # grey levels: none of PneumoniaMNIST, 98 % of inverted phantoms
_SAMPLED = 64  # rows and columns from which the frame (a sixteenth on each side) and the centre are judged


@dataclass(frozen=True)
class ImageFacts:
    """One image file; all but `error` are empty for one that cannot be read.

    `digest` is the sha256 (hex) of its grey values, equal for grey and RGB copies; `span` the grey levels
    between the 1st and 99th percentile, `levels` the number of distinct ones, of the 8-bit image that a run
    would see without `window`; `inverted` whether its frame is bright and its centre darker.
    """

    error: str = ""
    digest: str = ""
    format: str = ""
    mode: str = ""
    bits: int = 0
    width: int = 0
    height: int = 0
    span: int = 0
    levels: int = 0
    inverted: bool = False


def with_facts(manifest: Manifest, *, jobs: int = 1) -> pd.DataFrame:
    """The manifest's images with the columns of ImageFacts; every file is decoded once."""
    found = Parallel(n_jobs=jobs, batch_size=64, **ending_with_this())(
        delayed(facts_of)(path) for path in manifest.paths()
    )
    columns = pd.DataFrame([asdict(facts) for facts in found], index=manifest.images.index)
    return pd.concat([manifest.images, columns], axis=1)


def facts_of(path: Path) -> ImageFacts:
    """The facts of one file, decoded to its end as a run decodes it."""
    try:
        with open_image(path) as image:
            header = header_of(image)
            return _facts(header, grey_image(image))
    except ImageFileError as error:
        return ImageFacts(error=str(error))


def _facts(header: Header, grey: Image.Image) -> ImageFacts:
    pixels = np.asarray(grey)
    digest = hashlib.sha256(f"{pixels.shape}".encode())
    digest.update(pixels.tobytes() if not pixels.flags.c_contiguous else pixels.data)
    counts = np.array(grey.histogram())
    low, high = np.searchsorted(counts.cumsum(), np.array([0.01, 0.99]) * pixels.size)
    return ImageFacts(
        digest=digest.hexdigest(),
        format=header.format,
        mode=header.mode,
        bits=header.bits,
        width=grey.width,
        height=grey.height,
        span=int(high - low),
        levels=int((counts > 0).sum()),
        inverted=_looks_inverted(pixels),
    )


def _looks_inverted(pixels: NDArray[np.uint8]) -> bool:
    """Whether the frame is bright and brighter than the centre: radiographs have a dark surround."""
    height, width = pixels.shape
    sample = pixels[:: max(1, height // _SAMPLED), :: max(1, width // _SAMPLED)].astype(np.float64)
    rows, columns = sample.shape
    top, left = max(1, rows // 16), max(1, columns // 16)
    inner, centre = (
        sample[top:-top, left:-left],
        sample[rows // 4 : -(rows // 4), columns // 4 : -(columns // 4)],
    )
    if not inner.size or not centre.size:
        return False
    frame = (sample.sum() - inner.sum()) / (sample.size - inner.size)
    return bool(frame > _BRIGHT_FRAME and frame - centre.mean() > _FRAME_ABOVE_CENTRE)


def is_constant(images: pd.DataFrame) -> "pd.Series[bool]":
    """Which readable images have one grey level only."""
    return (images["error"] == "") & (images["levels"] == 1)


def uses_little(images: pd.DataFrame) -> "pd.Series[bool]":
    """Which readable images, constant ones apart, use less than NARROW_SPAN or FEW_LEVELS grey levels."""
    little = (images["span"] < NARROW_SPAN) | (images["levels"] < FEW_LEVELS)
    return (images["error"] == "") & (images["levels"] > 1) & little


def kinds_table(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> pd.DataFrame:
    """Images per split, label (`rows_by_class`), format, mode and bits; sizes, numbers of odd ones."""
    marked = images[images["error"] == ""].assign(
        constant=is_constant(images), little=uses_little(images), pixels=images["width"] * images["height"]
    )
    return (
        rows_by_class(marked, task)
        .groupby(["split", "label", "format", "mode", "bits"], observed=True)
        .agg(
            images=("image", "size"),
            median_width=("width", "median"),
            median_height=("height", "median"),
            sizes=("pixels", "nunique"),
            look_inverted=("inverted", "sum"),
            use_little_range=("little", "sum"),
            constant=("constant", "sum"),
        )
        .reset_index()
        .astype({"median_width": int, "median_height": int})
    )

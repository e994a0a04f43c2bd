"""Checks of how images are stored and look: differences that go with the label are a shortcut to it.

Each takes the table of `image_facts.with_facts`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from benchmark.datasets.finding import Finding, finding
from benchmark.datasets.image_facts import FEW_LEVELS, NARROW_SPAN, is_constant, uses_little
from benchmark.datasets.rows_by_class import labels_apart
from results.label_tasks import MULTILABEL, TWO_CLASSES, LabelTask

ASSOCIATION = 0.3  # Cramér's V: a medium effect (Cohen 1988, for two classes); stronger for more
SIGNIFICANCE = 0.001  # of the chi-square test, in each split
_BINS = 10  # of a size, by quantiles


def constant_images(images: pd.DataFrame) -> Finding:
    """DATA010: images of one grey level, such as all black."""
    names = images["image"][is_constant(images)].tolist()
    return finding("DATA010", "images of one grey level", names, severity="warning")


def images_of_little_range(images: pd.DataFrame) -> Finding:
    """DATA011: images that use a small part of the grey levels."""
    what = f"images that use fewer than {NARROW_SPAN} of 256 grey levels, or {FEW_LEVELS} different ones"
    names = images["image"][uses_little(images)].tolist()
    return finding("DATA011", what, names, "warning", "'image: {window: [1, 99]}' in the grid stretches them")


def images_that_look_inverted(images: pd.DataFrame) -> Finding:
    """DATA012: some images, not most, whose frame is bright and whose centre is darker."""
    names = images["image"][images["inverted"]].tolist()
    some = names if len(names) < len(images) / 2 else []
    return finding("DATA012", "images that look inverted, unlike the others", some, severity="warning")


def images_of_two_depths(images: pd.DataFrame) -> Finding:
    """DATA013: images of 8 bits and deeper ones, whose grey values a run treats differently."""
    deep = images["bits"] > 8
    rarer = deep if deep.mean() <= 0.5 else ~deep & (images["error"] == "")
    names = images["image"][rarer].tolist()
    what = f"images {'deeper than' if deep.mean() <= 0.5 else 'of'} 8 bits, unlike the others"
    return finding(
        "DATA013", what, names, "warning", "'image: {window: [1, 99]}' in the grid treats all depths alike"
    )


def mode_goes_with_label(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> Finding:
    """DATA014: the file's format and channels tell the label."""
    return _goes_with_label(
        "DATA014", "format and mode", images, images["format"] + " " + images["mode"], task
    )


def depth_goes_with_label(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> Finding:
    """DATA015: the bits per channel tell the label."""
    return _goes_with_label("DATA015", "bits", images, images["bits"].astype(str) + " bits", task)


def size_goes_with_label(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> Finding:
    """DATA016: the number of pixels, or the ratio of the sides, tells the label."""
    pixels = _binned(images["width"] * images["height"], "pixels")
    ratio = _binned((images["width"] / images["height"].clip(lower=1)).round(3), "width/height")
    by_pixels = _goes_with_label("DATA016", "size", images, pixels, task)
    return (
        by_pixels if by_pixels.severity != "ok" else _goes_with_label("DATA016", "size", images, ratio, task)
    )


def inversion_goes_with_label(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> Finding:
    """DATA017: whether an image looks inverted tells the label."""
    looks = images["inverted"].map({True: "looks inverted", False: "does not look inverted"})
    return _goes_with_label("DATA017", "inversion", images, looks, task)


def range_goes_with_label(images: pd.DataFrame, task: LabelTask = TWO_CLASSES) -> Finding:
    """DATA018: whether an image uses little of the grey levels tells the label."""
    little = uses_little(images) | is_constant(images)
    looks = little.map({True: "little range", False: "full range"})
    return _goes_with_label("DATA018", "range of grey levels", images, looks, task)


def _goes_with_label(
    code: str, what: str, images: pd.DataFrame, kind: "pd.Series[str]", task: LabelTask
) -> Finding:
    """A warning where, in a split, Cramér's V is at least ASSOCIATION and p below SIGNIFICANCE.

    One image per patient and label counts, since the images of a patient are not independent. Each finding is
    looked at by itself, and SIGNIFICANCE is divided by their number.
    """
    told, shown = [], []
    findings = len(task.classes) if task.kind == MULTILABEL else 1
    for finding_name, all_rows, names in labels_apart(images.assign(kind=kind)[images["error"] == ""], task):
        once = all_rows.drop_duplicates(["split", "patient", "label"])
        for split, rows in once.groupby("split"):
            counts = pd.crosstab(rows["kind"], rows["label"])
            association, p = cramers_v(counts.to_numpy())
            if association >= ASSOCIATION and p < SIGNIFICANCE / findings:
                part = ": ".join(text for text in (finding_name, str(split)) if text) or "all"
                told.append(f"{part}: Cramér's V {association:.2f}, p = {p:.1g}")
                shown += [f"{part}: {name!s}: {_by_name(row, names)}" for name, row in counts.iterrows()]
    if not told:
        return Finding(code, "ok", f"no sign that {what} goes with the label")
    message = f"{what} goes with the label, which a network may learn instead of the disease"
    return Finding(code, "warning", f"{message} ({'; '.join(told)})", tuple(shown))


def _by_name(counts: "pd.Series[int]", names: Sequence[str]) -> str:
    return ", ".join(f"{counts.get(number, 0)} {name}" for number, name in enumerate(names))


def cramers_v(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Cramér's V and p of Pearson's chi-square of a table (kinds, labels); 0 and 1 without two of each."""
    if min(counts.shape) < 2:
        return 0.0, 1.0
    statistic, p, _, _ = chi2_contingency(counts, correction=False)
    return float(np.sqrt(statistic / counts.sum() / (min(counts.shape) - 1))), float(p)


def _binned(values: "pd.Series[float]", unit: str) -> "pd.Series[str]":
    """Each value's class: itself where there are few, else its bin."""
    if values.nunique() > _BINS:
        values = pd.qcut(values, _BINS, duplicates="drop")
    return values.astype(str) + f" {unit}"

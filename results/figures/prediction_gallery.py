"""Test studies with their pictures: the most confident true and false positives and negatives."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from results.figures.style import LARGE, SMALL, TWO_COLUMNS, styled
from results.labels import part_label
from results.outcomes import CLASSES, FALSE_NEGATIVE, FALSE_POSITIVE, OUTCOMES, TRUE_POSITIVE
from results.text import for_matplotlib

VIEWS = 3  # pictures side by side: views of a study at most, or studies of one view
_EDGE, _GAP, _LINE, _HEAD = 0.05, 0.25, 0.16, 0.25  # inches: margin, between blocks, a line, a heading
_SIGNS = {1: 66, VIEWS: 17}  # of text above a study, by how many stand side by side


def studies_per_outcome(views: int) -> int:
    """How many studies of one outcome are shown where each has at most so many views: 3, or 6 of one."""
    return 2 * VIEWS if views == 1 else 3


@dataclass(frozen=True, eq=False)
class Example:
    """A test study (or image, where that is the unit) with its prediction and its (first) views.

    `views` is how many it has; `images` and `probabilities` (one per view) are of those that are shown, and
    so are `pictures`, grey values (height, width) of 0..255.
    """

    outcome: str
    rank: int  # 1: the most confident of its outcome
    name: str
    body_part: str
    label: int
    probability: float
    views: int
    images: Sequence[str]
    probabilities: Sequence[float]
    pictures: Sequence[NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class PredictionGallery:
    """Examples of one cell's predictions, at most `studies_per_outcome` of each outcome.

    `counts` are all test studies (images) by outcome, `unit` is study or image.
    """

    examples: Sequence[Example]
    threshold: float
    counts: Mapping[str, int]
    unit: str
    strategy: str
    method: str
    title: str = ""

    def frame(self) -> pd.DataFrame:
        """One row per picture: outcome, rank, study, image, body_part, truth, probability, image_probability.

        `probability` is that of the study (of the image, where that is the unit); `threshold` is the same in
        every row. Raises ValueError when there is no example.
        """
        if not self.examples:
            raise ValueError("there is no prediction to show")
        return pd.DataFrame(row for example in self.examples for row in self._rows(example))

    def _rows(self, example: Example) -> Iterator[dict[str, Any]]:
        for image, probability in zip(example.images, example.probabilities, strict=True):
            yield {
                "outcome": example.outcome,
                "rank": example.rank,
                "study": example.name,
                "image": image,
                "body_part": example.body_part,
                "truth": CLASSES[example.label],
                "probability": example.probability,
                "image_probability": probability,
                "threshold": self.threshold,
            }

    @styled
    def plot(self) -> Figure:
        """Four blocks: above what is called abnormal, below normal; at the left what is abnormal."""
        self.frame()
        views = max(len(example.pictures) for example in self.examples)
        across = VIEWS // views  # studies side by side
        down = studies_per_outcome(views) // across
        side = (TWO_COLUMNS - _GAP - 2 * _EDGE) / 2 / VIEWS
        block = _HEAD + down * (side + _LINE)
        top = _HEAD if self.title else 0.0
        figure = Figure(figsize=(TWO_COLUMNS, top + 2 * block + _EDGE))
        page = _Page(figure)
        if self.title:
            page.write(_EDGE, 0, self.title, LARGE, 120)
        for place, outcome in enumerate(OUTCOMES):
            row, column = divmod(place, 2)
            left, above = _EDGE + column * (side * VIEWS + _GAP), top + row * block
            page.write(left, above, self._heading(outcome), SMALL, 80, weight="bold")
            shown = [example for example in self.examples if example.outcome == outcome]
            for number, example in enumerate(shown):
                across_left = left + (number % across) * views * side
                below = above + _HEAD + number // across * (side + _LINE)
                page.write(across_left, below, self._words(example, across == 1), SMALL, _SIGNS[across])
                for view, picture in enumerate(example.pictures):
                    page.show(across_left + view * side, below + _LINE, side * 0.97, picture)
        return figure

    def _heading(self, outcome: str) -> str:
        """`false positive: called abnormal, is normal (8 of 36)`."""
        called = CLASSES[outcome in (TRUE_POSITIVE, FALSE_POSITIVE)]
        truth = CLASSES[outcome in (TRUE_POSITIVE, FALSE_NEGATIVE)]
        share = f"{self.counts.get(outcome, 0):,} of {sum(self.counts.values()):,}"
        return f"{outcome}: called {called}, is {truth} ({share})"

    def _words(self, example: Example, named: bool) -> str:
        """`0.97 · wrist · patient/study`, with the number of views where not all are shown."""
        more = len(example.pictures) < example.views
        views = f"{len(example.pictures)} of {example.views} views" if more else ""
        parts = f"{example.probability:.2f}", part_label(example.body_part), views, example.name * named
        return " · ".join(filter(None, parts))


@dataclass(frozen=True)
class _Page:
    """A figure that is filled at places in inches from its left and its top."""

    figure: Figure

    def write(self, left: float, above: float, text: str, size: float, most: int, **how: Any) -> None:
        width, height = self.figure.get_size_inches()
        place = left / width, 1 - (above + 0.04) / height
        self.figure.text(*place, for_matplotlib(text, most), fontsize=size, va="top", **how)

    def show(self, left: float, above: float, side: float, picture: NDArray[np.uint8]) -> None:
        width, height = self.figure.get_size_inches()
        axis = self.figure.add_axes((left / width, 1 - (above + side) / height, side / width, side / height))
        axis.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.set_axis_off()

"""Confusion matrices at one threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import columns_for, empty_figure
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.text import for_matplotlib

_CLASSES = ["normal", "abnormal"]


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts of test images (or studies) by class and prediction, at one threshold."""

    labels: Sequence[int]
    probabilities: Sequence[float]
    threshold: float
    title: str

    def frame(self) -> pd.DataFrame:
        """Rows: truth; columns: prediction; values: how many."""
        called = np.asarray(self.probabilities) >= self.threshold
        truth = np.asarray(self.labels) == 1
        counts = [[np.sum((truth == t) & (called == c)) for c in (False, True)] for t in (False, True)]
        return pd.DataFrame(counts, index=pd.Index(_CLASSES, name="truth"), columns=_CLASSES)

    @styled
    def plot(self) -> Figure:
        """Four squares, shaded by the share of their row."""
        figure = empty_figure(ONE_COLUMN, 3.2)
        axis = figure.subplots()
        _draw(axis, self.frame())
        axis.set_title(for_matplotlib(self.title))
        return figure


@dataclass(frozen=True)
class ConfusionMatrices:
    """Several confusion matrices side by side, one per body part or strategy."""

    matrices: Sequence[ConfusionMatrix]
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per matrix and class: matrix (its title), truth, normal, abnormal (as predicted)."""
        if not self.matrices:
            raise ValueError("there is no confusion matrix to draw")
        frames = [matrix.frame().reset_index() for matrix in self.matrices]
        titles = [frame.assign(matrix=m.title) for frame, m in zip(frames, self.matrices, strict=True)]
        return pd.concat(titles, ignore_index=True)[["matrix", "truth", *_CLASSES]]

    @styled
    def plot(self) -> Figure:
        """A grid of matrices, each with its own title."""
        self.frame()
        columns = columns_for(len(self.matrices), self.width)
        rows = -(-len(self.matrices) // columns)
        figure = empty_figure(self.width, 0.3 + rows * self.width / columns, self.title)
        grid = figure.subplots(rows, columns, squeeze=False)
        for place, (axis, matrix) in enumerate(zip(grid.ravel(), self.matrices, strict=False)):
            _draw(axis, matrix.frame())
            axis.set_title(for_matplotlib(matrix.title))
            if place % columns:
                axis.set_yticklabels([])
                axis.set_ylabel("")
            if place + columns < len(self.matrices):
                axis.set_xticklabels([])
                axis.set_xlabel("")
        for axis in grid.ravel()[len(self.matrices) :]:
            axis.remove()
        return figure


def _draw(axis: Axes, table: pd.DataFrame) -> None:
    counts = table.to_numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        shade = "white" if shares[row, column] > 0.5 else "black"
        text = f"{count:,}\n{shares[row, column]:.0%}"
        axis.text(column, row, text, ha="center", va="center", color=shade)
    axis.set_xticks([0, 1], _CLASSES)
    axis.set_yticks([0, 1], _CLASSES, rotation=90, va="center")
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_xlabel("predicted")
    axis.set_ylabel("truth")

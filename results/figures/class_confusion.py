"""Confusion matrices of several classes or grades: the true class by the most probable one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import columns_for, empty_figure
from results.figures.style import ONE_COLUMN, TWO_COLUMNS, styled
from results.text import for_matplotlib

_LONGEST = 14  # characters of a class at an axis
_FEW = 6  # classes whose shares are printed as well


@dataclass(frozen=True)
class ClassConfusion:
    """Counts of test images (or studies) by class and most probable class, both as numbers of `classes`."""

    truth: Sequence[int]
    predicted: Sequence[int]
    classes: Sequence[str]
    title: str

    def frame(self) -> pd.DataFrame:
        """Rows: truth; columns: prediction; values: how many."""
        size = len(self.classes)
        cells = np.asarray(self.truth) * size + np.asarray(self.predicted)
        counts = np.bincount(cells, minlength=size**2).reshape(size, size)
        return pd.DataFrame(counts, index=pd.Index([*self.classes], name="truth"), columns=[*self.classes])

    @styled
    def plot(self) -> Figure:
        """A square of counts, shaded by the share of their row."""
        figure = empty_figure(ONE_COLUMN, 3.4)
        _draw(figure.subplots(), self)
        return figure


@dataclass(frozen=True)
class ClassConfusions:
    """Several such matrices side by side, one per body part or strategy."""

    matrices: Sequence[ClassConfusion]

    def frame(self) -> pd.DataFrame:
        """One row per matrix, class and prediction: matrix (its title), truth, predicted and count."""
        if not self.matrices:
            raise ValueError("there is no confusion matrix to draw")
        return pd.DataFrame(
            [
                {"matrix": one.title, "truth": truth, "predicted": predicted, "count": int(count)}
                for one in self.matrices
                for truth, counts in one.frame().iterrows()
                for predicted, count in counts.items()
            ]
        )

    @styled
    def plot(self) -> Figure:
        """A grid of matrices, each with its own title."""
        self.frame()
        columns = min(2, columns_for(len(self.matrices), TWO_COLUMNS))
        rows = -(-len(self.matrices) // columns)
        figure = empty_figure(TWO_COLUMNS, 0.3 + rows * TWO_COLUMNS / columns)
        grid = figure.subplots(rows, columns, squeeze=False)
        for axis, matrix in zip(grid.ravel(), self.matrices, strict=False):
            _draw(axis, matrix)
        for axis in grid.ravel()[len(self.matrices) :]:
            axis.remove()
        return figure


def _draw(axis: Axes, matrix: ClassConfusion) -> None:
    counts = matrix.frame().to_numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), number in np.ndenumerate(counts):
        shade = "white" if shares[row, column] > 0.5 else "black"
        share = f"\n{shares[row, column]:.0%}" if len(counts) <= _FEW else ""
        axis.text(column, row, f"{number:,}{share}", ha="center", va="center", color=shade, fontsize=6)
    names = [for_matplotlib(_short(name)) for name in matrix.classes]
    axis.set_xticks(range(len(names)), names, rotation=90)
    axis.set_yticks(range(len(names)), names)
    axis.tick_params(length=0, labelsize=6)
    axis.spines[:].set_visible(False)
    axis.set_xlabel("predicted")
    axis.set_ylabel("truth")
    axis.set_title(for_matplotlib(matrix.title))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"

"""Pictures in rows and columns, with a title per column and a label per row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from results.figures.layout import empty_figure
from results.figures.style import TWO_COLUMNS, styled
from results.text import for_matplotlib

_TITLES = 0.35  # inches above the pictures for the columns' titles


@dataclass(frozen=True, eq=False)
class PictureGrid:
    """Grey pictures of 0..1, `pictures[row][column]` (height, width), one per title of rows and columns."""

    pictures: Sequence[Sequence[NDArray[np.float32]]]
    columns: Sequence[str]
    rows: Sequence[str]
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per picture: row, column, and its mean and standard deviation of grey values.

        Raises ValueError when there is no picture, or not one per row and column.
        """
        if not len(self.pictures) or not self.columns:
            raise ValueError("there is no picture to draw")
        if len(self.rows) != len(self.pictures) or any(
            len(row) != len(self.columns) for row in self.pictures
        ):
            raise ValueError("every row and every column needs its title")
        return pd.DataFrame(
            {"row": name, "column": column, "mean": float(picture.mean()), "sd": float(picture.std())}
            for name, row in zip(self.rows, self.pictures, strict=True)
            for column, picture in zip(self.columns, row, strict=True)
        )

    @styled
    def plot(self) -> Figure:
        """The pictures on black, all on one scale of grey."""
        self.frame()
        side = self.width / len(self.columns)
        figure = empty_figure(self.width, _TITLES + side * len(self.rows) * 1.05, self.title)
        grid = figure.subplots(len(self.rows), len(self.columns), squeeze=False)
        for axes, name, pictures in zip(grid, self.rows, self.pictures, strict=True):
            for axis, picture in zip(axes, pictures, strict=True):
                axis.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
                axis.set(xticks=[], yticks=[])
                axis.spines[:].set_visible(False)
            axes[0].set_ylabel(for_matplotlib(name))
        for axis, title in zip(grid[0], self.columns, strict=True):
            axis.set_title("\n".join(map(for_matplotlib, title.split())))
        return figure

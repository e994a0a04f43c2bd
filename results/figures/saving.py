"""A figure as files: PDF and PNG of the picture, CSV of its numbers."""

from pathlib import Path
from typing import Protocol

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from results.figures.pdf_fonts import lean_fonts
from results.figures.style import RC
from results.frames import csv_text

_PRINT_DPI = 300


class Drawable(Protocol):
    """A figure of this package: `frame()` holds the numbers and `plot()` draws them."""

    def frame(self) -> pd.DataFrame:
        """The numbers."""
        ...

    def plot(self) -> Figure:
        """The picture of those numbers."""
        ...


def save(figure: Drawable, folder: Path, name: str) -> list[Path]:
    """Write NAME.pdf, NAME.png (300 dpi) and NAME.csv; the same figure gives the same bytes.

    Raises ValueError, before anything is written, when the figure cannot be drawn.
    """
    return save_drawn(figure.frame(), figure.plot(), folder, name)


def save_drawn(table: pd.DataFrame, picture: Figure, folder: Path, name: str) -> list[Path]:
    """The same for a figure whose numbers and picture are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}" for kind in ("pdf", "png", "csv")]
    with matplotlib.rc_context(RC):
        with lean_fonts():
            picture.savefig(paths[0], metadata={"CreationDate": None})
        picture.savefig(paths[1], dpi=_PRINT_DPI, metadata={"Software": None})
    paths[2].write_text(csv_text(table), encoding="utf-8", newline="\n")
    return paths

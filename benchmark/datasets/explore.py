"""Tables and charts of a data set: counts, views per study and image sizes."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.verification import counts_table
from benchmark.errors import UserError
from results.labels import BLUE, ORANGE

_COLOURS = {"normal": BLUE, "abnormal": ORANGE}
_CLASSES = ("normal", "abnormal")
_DPI = 150


def explore(manifest: Manifest, out: Path) -> list[Path]:
    """Write CSV tables and PNG charts of counts, views per study and image sizes; returns the files.

    Raises UserError for a file that is not an image.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table, figure in _views_of(manifest):
        table.to_csv(out / f"{name}.csv", index=False)
        figure.savefig(out / f"{name}.png", dpi=_DPI)
        written += [out / f"{name}.csv", out / f"{name}.png"]
    return written


def _views_of(manifest: Manifest) -> Iterator[tuple[str, pd.DataFrame, Figure]]:
    counts = counts_table(manifest)
    yield "counts", counts, _counts_figure(counts)
    views = (
        manifest.images.groupby(["body_part", "study"])
        .size()
        .rename("views")
        .reset_index()
        .groupby(["body_part", "views"])
        .size()
        .rename("studies")
        .reset_index()
    )
    yield "views_per_study", views, _views_figure(views)
    sizes = image_sizes(manifest)
    yield "image_sizes", sizes, _sizes_figure(sizes)


def image_sizes(manifest: Manifest) -> pd.DataFrame:
    """How many images have each (width, height, mode), read from the files' headers.

    Raises UserError for a file that is not an image.
    """
    rows = [_header(path) for path in manifest.paths()]
    table = pd.DataFrame(rows, columns=["width", "height", "mode"])
    return table.value_counts().rename("images").reset_index()


def _header(path: Path) -> tuple[int, int, str]:
    try:
        with Image.open(path) as image:
            return (*image.size, image.mode)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UserError(f"{path}: not an image; 'benchmark data verify' lists all such") from None


def _counts_figure(counts: pd.DataFrame) -> Figure:
    """Three panels: patients, studies and images, per body part and class."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    for axes, what in zip(figure.subplots(1, 3), ("patients", "studies", "images"), strict=True):
        table = counts.groupby(["body_part", "label"])[what].sum().unstack(fill_value=0)
        _bars(axes, table, what)
    figure.suptitle("Normal and abnormal per body part, all splits")
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False
    )
    return figure


def _bars(axes: Axes, table: pd.DataFrame, what: str) -> None:
    for number, name in enumerate(_CLASSES):
        values = table[number] if number in table else pd.Series(0, index=table.index)
        places = [row + 0.4 * number - 0.2 for row in range(len(table))]
        bars = axes.barh(places, values.to_numpy(), height=0.38, color=_COLOURS[name], label=name)
        axes.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=7)
    axes.set_yticks(range(len(table)), table.index.tolist())
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.set_xlabel(what)
    axes.spines[["top", "right"]].set_visible(False)


def _views_figure(views: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    total = views.groupby("views")["studies"].sum()
    bars = axes.bar(total.index.to_numpy(), total.to_numpy(), color=_COLOURS["normal"])
    axes.bar_label(bars, fmt="{:,.0f}", fontsize=8)
    axes.set_xticks(total.index.to_list())
    axes.set(xlabel="views per study", ylabel="studies", title="Views per study, all body parts")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _sizes_figure(sizes: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    area = 10 + 290 * sizes["images"] / sizes["images"].max()
    axes.scatter(sizes["width"], sizes["height"], s=area, color=_COLOURS["normal"], alpha=0.5, linewidths=0)
    axes.set(xlabel="width (pixels)", ylabel="height (pixels)", title="Image sizes (area: number of images)")
    axes.set_xlim(0, 1.08 * sizes["width"].max())
    axes.set_ylim(0, 1.08 * sizes["height"].max())
    axes.spines[["top", "right"]].set_visible(False)
    return figure

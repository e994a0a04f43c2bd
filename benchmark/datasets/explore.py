"""Tables and charts of a data set: counts, views per study, sizes and kinds of images."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.datasets.image_facts import kinds_table, with_facts
from benchmark.datasets.manifest import DESCRIBING, Manifest
from benchmark.datasets.rows_by_class import class_names, rows_by_class
from benchmark.datasets.verification import counts_table
from benchmark.errors import UserError
from results.frames import csv_text
from results.label_tasks import LabelTask
from results.labels import BLUE, ORANGE
from results.text import for_matplotlib

_COLOURS = (BLUE, ORANGE)  # of two classes
_DPI = 150
_MOST_VALUES = 12  # in one panel; chosen by hand


def explore(manifest: Manifest, out: Path, *, jobs: int = 1) -> list[Path]:
    """Write CSV tables and PNG charts of counts, views, sizes and kinds of images; returns the files.

    Where the data set knows views, sides, manufacturers, sex and age, these are counted too.

    Every image is decoded once. Raises UserError for a file that cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table, figure in _views_of(manifest, jobs):
        (out / f"{name}.csv").write_text(csv_text(table), encoding="utf-8", newline="\n")
        figure.savefig(out / f"{name}.png", dpi=_DPI)
        written += [out / f"{name}.csv", out / f"{name}.png"]
    return written


def _views_of(manifest: Manifest, jobs: int) -> Iterator[tuple[str, pd.DataFrame, Figure]]:
    counts = counts_table(manifest)
    yield "counts", counts, _counts_figure(counts, manifest.task)
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
    acquired = _acquired(rows_by_class(manifest.images, manifest.task))
    if len(acquired):
        yield "acquisition", acquired, _acquisition_figure(acquired, manifest.task)
    images = with_facts(manifest, jobs=jobs)
    for row in images[images["error"] != ""].itertuples():
        raise UserError(
            f"{manifest.root / str(row.image)}: not an image; 'benchmark data verify' lists all such"
        )
    sizes = images[["width", "height", "mode"]].value_counts().rename("images").reset_index()
    yield "image_sizes", sizes, _sizes_figure(sizes)
    kinds = kinds_table(images, manifest.task)
    yield "image_kinds", kinds, _kinds_figure(kinds, manifest.task)


def _counts_figure(counts: pd.DataFrame, task: LabelTask) -> Figure:
    """Three panels: patients, studies and images, per body part and class."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    for axes, what in zip(figure.subplots(1, 3), ("patients", "studies", "images"), strict=True):
        _bars(axes, _wide(counts.rename(columns={"finding": "label"}), "body_part", what), what, task)
    named = "Normal and abnormal" if task.is_binary else task.words.capitalize()
    figure.suptitle(f"{named} per body part, all splits")
    _legend(figure, figure.axes[0])
    return figure


def _wide(table: pd.DataFrame, rows: str, what: str) -> pd.DataFrame:
    """The sums of a column, by another one and by class: a row and a column each."""
    return table.groupby([rows, "label"], observed=True)[what].sum().unstack(fill_value=0)


def _bars(axes: Axes, table: pd.DataFrame, what: str, task: LabelTask) -> None:
    """A bar for each row and class; `label`, the columns, are numbers of two classes and names of more."""
    names = class_names(task)
    height = 0.8 / len(names)
    for number, name in enumerate(names):
        column = number if task.is_binary else name
        values = table[column] if column in table else pd.Series(0, index=table.index)
        places = [row + height * (number - (len(names) - 1) / 2) for row in range(len(table))]
        bars = axes.barh(
            places,
            values.to_numpy(),
            height=0.95 * height,
            color=_colour(number, len(names)),
            label=for_matplotlib(name),
        )
        if len(names) <= _MOST_VALUES:
            axes.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=7)
    axes.set_yticks(range(len(table)), [for_matplotlib(str(row)) for row in table.index], parse_math=False)
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.set_xlabel(what)
    axes.spines[["top", "right"]].set_visible(False)


def _colour(number: int, classes: int) -> object:
    return _COLOURS[number] if classes == 2 else colormaps["viridis"](number / max(1, classes - 1))


def _legend(figure: Figure, axes: Axes) -> None:
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=min(6, len(names)), frameon=False)


def _views_figure(views: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    total = views.groupby("views")["studies"].sum()
    bars = axes.bar(total.index.to_numpy(), total.to_numpy(), color=BLUE)
    axes.bar_label(bars, fmt="{:,.0f}", fontsize=8)
    axes.set_xticks(total.index.to_list())
    axes.set(xlabel="views per study", ylabel="studies", title="Views per study, all body parts")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _acquired(images: pd.DataFrame) -> pd.DataFrame:
    """Images and patients per value and label of each column that describes images."""
    if "age" in images:
        images = images.assign(age=images["age"].map(_decade))
    tables = [
        images.groupby([column, "label"], observed=True)
        .agg(images=("image", "size"), patients=("patient", "nunique"))
        .reset_index(names=["value", "label"])
        .assign(column=column)
        for column in DESCRIBING
        if column in images and (images[column] != "").any()
    ]
    columns = ["column", "value", "label", "images", "patients"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _decade(age: str) -> str:
    """An age in years as its decade, `40-49`; other texts as they are."""
    try:
        start = int(float(age) // 10) * 10
    except (ValueError, OverflowError):
        return age
    return f"{start}-{start + 9}"


def _acquisition_figure(acquired: pd.DataFrame, task: LabelTask) -> Figure:
    """A panel for each column, with the images of its most frequent values per class."""
    names = acquired["column"].unique()
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        rows = acquired[acquired["column"] == name]
        by_value = _wide(rows.assign(value=rows["value"].replace("", "not said")), "value", "images")
        most = by_value.sum(axis=1).nlargest(_MOST_VALUES).index
        _bars(axes, by_value.loc[most], "images", task)
        axes.set_title(str(name))
    figure.suptitle("Who and how, per class: a difference may be a shortcut to the label")
    _legend(figure, figure.axes[0])
    return figure


def _sizes_figure(sizes: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    area = 10 + 290 * sizes["images"] / sizes["images"].max()
    axes.scatter(sizes["width"], sizes["height"], s=area, color=BLUE, alpha=0.5, linewidths=0)
    axes.set(xlabel="width (pixels)", ylabel="height (pixels)", title="Image sizes (area: number of images)")
    axes.set_xlim(0, 1.08 * sizes["width"].max())
    axes.set_ylim(0, 1.08 * sizes["height"].max())
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _kinds_figure(kinds: pd.DataFrame, task: LabelTask) -> Figure:
    """Two panels: the images of each kind, and the share of conspicuous ones, per class."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    counts, conspicuous = figure.subplots(1, 2)
    kind = kinds["format"] + " " + kinds["mode"] + " " + kinds["bits"].astype(str) + " bits"
    _bars(counts, _wide(kinds.assign(kind=kind), "kind", "images"), "images", task)
    names = ["look_inverted", "use_little_range", "constant"]
    by_label = kinds.groupby("label", observed=True)[["images", *names]].sum()
    shares = (100 * by_label[names].div(by_label["images"], axis=0)).T
    _bars(conspicuous, shares, "% of the class's images", task)
    conspicuous.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    figure.suptitle(
        "Kinds of files and conspicuous images per class: a difference is a shortcut to the label"
    )
    _legend(figure, counts)
    return figure

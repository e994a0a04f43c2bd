"""Heat map: one metric per backbone and body part, with published values of the same test set below."""

import textwrap
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.figures.layout import empty_figure, write_beside
from results.figures.style import SMALL, TWO_COLUMNS, styled
from results.frames import TableRows, in_order, refuse_twice, tidy
from results.labels import look_of, metric_label, part_label
from results.text import for_matplotlib

_CELL = ["block", "name", "body_part"]
_OURS = ("feature_extraction", "adaptation", "fine_tuning", "hand_crafted")
_ORDER = ("radiologist", *_OURS, "ensemble", "from_scratch")
_PART_LETTERS = 24  # of a body part, as these stand side by side
_LINE, _BLOCK_GAP = 0.19, 0.24  # inches: height of a row, and of the space above each block
_NOTE_LINE, _NOTE_LETTERS = 0.125, 17.5  # inches of a line of the citations; their letters per inch


@dataclass(frozen=True)
class HeatMap:
    """Blocks of cells, one per strategy: backbones down, body parts across; published blocks below.

    Rows: strategy, name (the backbone), body_part, value (None where undefined). Published, as
    `results.published.comparable` returns them (it selects what is comparable): method, backbone,
    classifier, body_part, value, citation; radiologists first.
    """

    rows: TableRows
    metric: str
    unit: str
    published: pd.DataFrame = field(default_factory=pd.DataFrame)
    title: str = ""
    width: float = TWO_COLUMNS

    def frame(self) -> pd.DataFrame:
        """One row per cell: block, name, body_part, value, citation (empty for our own).

        Raises ValueError for two values of one cell.
        """
        ours = tidy(self.rows, ["strategy", "name", "body_part"], ["value"])
        ours = _by_strategy(ours, "strategy")
        ours = ours.assign(citation="", block=[look_of(strategy).label for strategy in ours["strategy"]])
        table = pd.concat([ours, _published(self.published, set(ours["body_part"]))], ignore_index=True)
        refuse_twice(table, _CELL, "give one value for each")
        return table[[*_CELL, "value", "citation"]]

    @styled
    def plot(self) -> Figure:
        """All blocks on one scale from 0 (white) to 1 (dark); the citations at the foot."""
        table = self.frame()
        parts = in_order(table["body_part"][table["citation"] == ""])
        blocks = {str(name): rows for name, rows in table.groupby("block", sort=False)}
        lines = [rows["name"].nunique() for rows in blocks.values()]
        notes = _notes(table, self.width)
        height = sum(lines) * _LINE + len(lines) * _BLOCK_GAP + len(notes) * _NOTE_LINE + 0.85
        title = "\n".join(filter(None, (self.title, metric_label(self.metric, self.unit))))
        figure = empty_figure(self.width, height, title)
        axes = figure.subplots(len(blocks), 1, squeeze=False, sharex=True, height_ratios=lines).ravel()
        for axis, (name, rows) in zip(axes, blocks.items(), strict=True):
            _draw(axis, rows, parts)
            heading = {"xycoords": "axes fraction", "ha": "right", "fontweight": "bold"}
            write_beside(axis, name, (0, 1), (-4, 3), **heading)
        axes[-1].tick_params(axis="x", labelbottom=True, rotation=90 if self.width < TWO_COLUMNS else 0)
        if notes:
            figure.supxlabel("\n".join(notes), x=0.01, ha="left", fontsize=SMALL)
        return figure


def _by_strategy(table: pd.DataFrame, column: str) -> pd.DataFrame:
    rank = {strategy: place for place, strategy in enumerate(_ORDER)}
    return table.sort_values(column, key=lambda names: names.map(rank).fillna(len(rank)), kind="stable")


def _published(rows: pd.DataFrame, parts: set[str]) -> pd.DataFrame:
    """Published values of these body parts, named by backbone and the number of the citation.

    Hand-crafted results differ by classifier, which is added to the citation.
    """
    if not len(rows):
        return pd.DataFrame()
    table = tidy(rows, ["method", "backbone", "classifier", "body_part", "citation"], ["value"])
    table = _by_strategy(table[table["body_part"].isin(parts)], "method")
    named = table["method"].eq("hand_crafted") & table["classifier"].ne("")
    cited = table["citation"] + (", " + table["classifier"]).where(named, "")
    number = {text: place for place, text in enumerate(dict.fromkeys(cited), start=1)}
    looks = [look_of(method).label for method in table["method"]]
    names = [
        f"{backbone or look} [{number[text]}]"
        for backbone, look, text in zip(table["backbone"], looks, cited, strict=True)
    ]
    return table.assign(name=names, citation=cited, block=[f"published, {look}" for look in looks])


def _notes(table: pd.DataFrame, width: float) -> list[str]:
    """The citations, numbered as in the names, in lines that fit the width."""
    cited = [text for text in dict.fromkeys(table["citation"]) if text]
    letters = int(width * _NOTE_LETTERS)
    notes = [f"[{number}] {text}" for number, text in enumerate(cited, start=1)]
    return [line for note in notes for line in textwrap.wrap(note, letters, subsequent_indent="      ")]


def _draw(axis: Axes, rows: pd.DataFrame, parts: list[str]) -> None:
    import seaborn  # takes a second to import

    cells = rows.pivot(index="name", columns="body_part", values="value")
    cells = cells.reindex(index=list(dict.fromkeys(rows["name"])), columns=parts)
    texts = cells.map(
        lambda value: "–" if pd.isna(value) else f"{value:.2f}".replace("0.", ".", 1).replace("-", "−")
    )
    colors = {"vmin": 0, "vmax": 1, "cmap": "Blues", "cbar": False, "linewidths": 0.5}
    annotations = {"annot": texts, "fmt": "", "annot_kws": {"fontsize": SMALL}}
    names = {
        "xticklabels": [for_matplotlib(part_label(part), _PART_LETTERS) for part in parts],
        "yticklabels": [for_matplotlib(name) for name in cells.index],
    }
    seaborn.heatmap(cells.fillna(0), ax=axis, **names, **colors, **annotations)
    axis.set(xlabel="", ylabel="")
    axis.tick_params(length=0, labelbottom=False)
    axis.tick_params(axis="y", rotation=0)

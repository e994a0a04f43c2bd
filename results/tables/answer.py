"""The table of the answer: a row for each body part at its largest training size."""

from collections.abc import Iterator

import pandas as pd

from results.counts import counted
from results.frames import TableRows, records, tidy, whole
from results.labels import metric_label, part_label, percent
from results.tables.columns import BACKBONE, PART, TEXT, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, interval_text, signed
from results.tables.paper import PaperTable, paper_table, sentences
from results.verdict import spoken_verdict

_NAMES = ["comparison", "body_part", "backbone", "train_size", "size", "verdict", "fewer_images", "caution"]
_NUMBERS = ["images", "patients", "first", "second", "difference", "low", "high", "margin", "detectable"]


def answer_table(
    rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95, level: float = 0.05
) -> PaperTable:
    """The difference, its interval and the verdict of each body part, and the verdicts with fewer images.

    Rows: comparison, body_part, backbone, train_size, size (the training images in words), images, patients,
    first, second, difference, low, high, margin, detectable, verdict, fewer_images (in words), caution (why
    to doubt the interval; empty where nothing is known) and family. The interval is a column of its own, so
    that a spreadsheet takes the difference for a number.
    """
    table = whole(tidy(rows, _NAMES, [*_NUMBERS, "family"]), ["family"])
    several = {name: table[name].nunique() > 1 for name in ("comparison", "backbone")}
    columns = [
        *[text_column("comparison", "comparison")] * several["comparison"],
        PART,
        *[BACKBONE] * several["backbone"],
        Column("images", lambda row: Formatted(row["size"], value=row["images"])),
        number_column("difference", "difference", signed),
        Column(f"{percent(confidence)} interval", _interval),
        Column("verdict", _verdict, TEXT),
        *[text_column("with fewer images", "fewer_images")] * bool(table["fewer_images"].any()),
    ]
    minus = " and ".join(dict.fromkeys(name.replace("−", "minus") for name in table["comparison"]))
    family = counted(table["family"].max(), "planned comparison")
    note = sentences(
        f"{minus}, means over seeds on the same test patients; intervals are not adjusted.",
        f"The verdict is adjusted: familywise level {level:g} over {family}.",
        "Not decided shows neither a difference nor equality.",
        *_cautions(table),
    )
    return paper_table(
        "answer",
        f"{metric_label(metric, unit)}: the answer for each body part at its largest training size.",
        table.drop(columns="size").assign(metric=metric, unit=unit),
        columns,
        rows=records(table),
        note=note[:1].upper() + note[1:],
    )


def _interval(row: Row) -> Formatted:
    return Formatted(interval_text(row, signed), value=row["low"])


def _verdict(row: Row) -> Formatted:
    return Formatted(spoken_verdict(row["verdict"], row["margin"]), value=row["verdict"])


def _cautions(table: pd.DataFrame) -> Iterator[str]:
    """Why to doubt intervals, each reason once."""
    for caution, rows in table[table["caution"] != ""].groupby("caution", sort=False):
        parts = ", ".join(map(part_label, dict.fromkeys(rows["body_part"])))
        yield f"Caution ({parts}): {caution}."

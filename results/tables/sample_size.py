"""Tables of what more labelled images bring: crossover sizes, and fitted learning curves."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from results.crossover import ALWAYS, BEYOND, CROSSED
from results.figures.style import look_of, metric_label, part_label, plain_name
from results.frames import Rows, by_part, in_order, records, tidy, whole
from results.tables.formatting import Cell, Row, chosen_note, interval_text, number, percent
from results.tables.markup import DOUBLE_DAGGER, UNDEFINED
from results.tables.paper import TEXT, Column, PaperTable, paper_table, sentences

_METHOD = ["body_part", "strategy", "backbone", "classifier"]
_LAW = ["asymptote", "scale", "exponent", "residual"]


def crossover_table(rows: Rows, *, confidence: float = 0.95) -> PaperTable:
    """From how many labelled images on fine-tuning is ahead, per body part and backbone.

    Rows: body_part, backbone, smallest and largest (measured sizes) and the keys of `results.crossover`:
    value, low and high (images, or None), status, low_status, high_status and sign_changes.
    """
    names = ["body_part", "backbone", "status", "low_status", "high_status"]
    counts = ["sign_changes", "smallest", "largest"]
    table = by_part(whole(tidy(rows, names, ["value", "low", "high", *counts]), counts))
    columns = [
        Column("body part", lambda row: part_label(row["body_part"]), TEXT),
        Column("backbone", lambda row: str(row["backbone"]), TEXT),
        Column("crossover\nimages", lambda row: _bound(row, "value", "status")),
        Column("from", lambda row: _bound(row, "low", "low_status")),
        Column("to", lambda row: _bound(row, "high", "high_status")),
        Column("measured", lambda row: f"{number(row['smallest'], 0)} – {number(row['largest'], 0)}"),
        Column("sign\nchanges", lambda row: number(row["sign_changes"], 0)),
    ]
    note = (
        f"From, to: {percent(confidence)} interval over test patients. ≤: fine-tuning is ahead at the "
        "smallest size already. >: it is not ahead at the largest, so a crossover, if any, lies beyond the "
        "data. More than one sign change: there is no single crossover. Frozen: the classifier that the "
        "training folds of each seed chose."
    )
    caption = "Labelled images from which fine-tuning is ahead of the frozen network."
    return paper_table("crossovers", caption, table, columns, note=note)


def _bound(row: Row, name: str, status: str) -> str:
    if row[status] == CROSSED:
        return number(row[name], 0)
    ends = {ALWAYS: f"≤ {number(row['smallest'], 0)}", BEYOND: f"> {number(row['largest'], 0)}"}
    return ends.get(row[status], UNDEFINED)


def fits_table(rows: Rows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """The power law of each learning curve, and what it says beyond the data, marked as extrapolated.

    Rows, one per method and predicted size: body_part, strategy, backbone, classifier, size (images),
    measured, value, low, high, extrapolated (None without a fit), asymptote, scale, exponent, residual,
    checked (more sizes than parameters) and reason (why there is no fit, or None).
    """
    names = [*_METHOD, "extrapolated", "checked", "reason"]
    table = whole(tidy(rows, names, ["size", "measured", "value", "low", "high", *_LAW]), ["size"])
    lines = list(_curves(table))
    beyond = max(len(line["beyond"]) for line in lines)
    columns = [
        Column("body part", lambda row: part_label(row["body_part"]), TEXT),
        Column("strategy", lambda row: look_of(row["strategy"]).label, TEXT),
        Column("backbone", lambda row: str(row["backbone"]), TEXT),
        Column("classifier", lambda row: plain_name(row["classifier"]), TEXT),
        Column("asymptote", lambda row: Cell(number(row["asymptote"]), mark="" if row["checked"] else "*")),
        Column("exponent", lambda row: number(row["exponent"], 2)),
        Column("residual", lambda row: number(row["residual"], 4)),
        *(column for place in range(beyond) for column in _beyond_columns(place)),
    ]
    note = sentences(
        "Value = asymptote − scale · size to the power of −exponent, by least squares.",
        f"{DOUBLE_DAGGER}: extrapolated beyond the measured sizes, with the {percent(confidence)} interval "
        "over test patients; whether the law holds there is not in it.",
        "*: as many parameters as sizes, so that nothing checks the law." if _unchecked(table) else "",
        chosen_note(table["classifier"]),
        *(f"{UNDEFINED}: {reason}." for reason in table["reason"].dropna().unique()),
    )
    caption = f"Power laws of {metric_label(metric, unit)} over training images."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("curve_fits", caption, frame, columns, rows=lines, note=note, sectioned=True)


def _curves(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A line per curve, with its predictions `beyond` the data."""
    for part in in_order(table["body_part"]):
        for _, group in table[table["body_part"] == part].groupby(_METHOD, sort=False, dropna=False):
            members = records(group)
            checked = members[0]["checked"] or pd.isna(members[0]["asymptote"])
            beyond = [row for row in members if row["extrapolated"] is True or row["extrapolated"] == 1]
            yield members[0] | {"checked": checked, "beyond": beyond}


def _beyond_columns(place: int) -> list[Column]:
    def size(row: Row) -> str:
        return number(row["beyond"][place]["size"], 0) if place < len(row["beyond"]) else ""

    def value(row: Row) -> Cell:
        if place >= len(row["beyond"]):
            return Cell("")
        predicted = row["beyond"][place]
        return Cell(number(predicted["value"]), interval_text(predicted), mark=DOUBLE_DAGGER)

    return [Column("beyond:\nimages", size), Column("value\nthere", value)]


def _unchecked(table: pd.DataFrame) -> bool:
    return bool((table["asymptote"].notna() & ~table["checked"].astype(bool)).any())

"""Tables of crossover sizes and of fitted learning curves."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from results.crossover import ALWAYS, BEYOND, CROSSED, is_determined
from results.frames import TableRows, by_part, in_order, records, tidy, whole
from results.labels import metric_label, percent, plain_name
from results.tables.columns import BACKBONE, PART, STRATEGY, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, chosen_note, count, interval_text, number, two_decimals
from results.tables.markup import DOUBLE_DAGGER, UNDEFINED_MARK
from results.tables.paper import PaperTable, paper_table, sentences

_METHOD = ["body_part", "strategy", "backbone", "classifier"]
_LAW = ["asymptote", "scale", "exponent", "residual"]


def crossover_table(rows: TableRows, *, confidence: float = 0.95) -> PaperTable:
    """Number of labelled images from which on fine-tuning is ahead, per body part and backbone.

    Rows: body_part, backbone, smallest and largest (measured sizes) and the keys of `results.crossover`:
    value, low and high (images, or None), status, low_status, high_status and sign_changes.
    """
    names = ["body_part", "backbone", "status", "low_status", "high_status"]
    counts = ["sign_changes", "smallest", "largest"]
    table = by_part(whole(tidy(rows, names, ["value", "low", "high", *counts]), counts))
    columns = [
        PART,
        BACKBONE,
        Column("crossover\nimages", _estimate),
        Column("from", lambda row: _bound(row, "low", "low_status")),
        Column("to", lambda row: _bound(row, "high", "high_status")),
        Column("measured", _measured),
        number_column("sign\nchanges", "sign_changes", count),
    ]
    note = (
        f"From, to: {percent(confidence)} interval over test patients. ≤: fine-tuning is ahead at the "
        "smallest size already. >: it is not ahead at the largest, so a crossover, if any, lies beyond the "
        "data. Not determined: the interval spans all measured sizes. More than one sign change: there is no "
        "single crossover. Frozen: the classifier that the training folds of each seed chose."
    )
    caption = "Labelled images from which fine-tuning is ahead of the frozen network."
    return paper_table("crossovers", caption, table, columns, note=note)


def _estimate(row: Row) -> Formatted:
    """A crossover; none where its interval spans all that was measured."""
    spans = row["status"] in (CROSSED, ALWAYS, BEYOND) and not is_determined(row)
    return Formatted("not determined") if spans else _bound(row, "value", "status")


def _bound(row: Row, name: str, status: str) -> Formatted:
    """A crossover or one end of its interval; one outside the measured sizes sorts by the nearest of them."""
    known = {CROSSED: ("", row[name]), ALWAYS: ("≤ ", row["smallest"]), BEYOND: ("> ", row["largest"])}
    sign, images = known.get(row[status], ("", None))
    return Formatted(sign + count(images), value=images)


def _measured(row: Row) -> Formatted:
    return Formatted(f"{count(row['smallest'])} – {count(row['largest'])}", value=row["smallest"])


def fits_table(rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """The power law fitted to each learning curve, and its predictions, marked where extrapolated.

    Rows, one per method and predicted size: body_part, strategy, backbone, classifier, size (images),
    measured, value, low, high, extrapolated (None without a fit), asymptote, scale, exponent, residual,
    checked (more sizes than parameters) and reason (why there is no fit, or None).
    """
    names = [*_METHOD, "extrapolated", "checked", "reason"]
    table = whole(tidy(rows, names, ["size", "measured", "value", "low", "high", *_LAW]), ["size"])
    lines = list(_curves(table))
    beyond = max(len(line["beyond"]) for line in lines)
    columns = [
        PART,
        STRATEGY,
        BACKBONE,
        text_column("classifier", "classifier", plain_name),
        number_column("asymptote", "asymptote", mark=lambda row: "" if row["checked"] else "*"),
        number_column("exponent", "exponent", two_decimals),
        number_column("residual", "residual", partial(number, decimals=4)),
        *(column for place in range(beyond) for column in _beyond_columns(place)),
    ]
    note = sentences(
        "Value = asymptote − scale · size to the power of −exponent, by least squares.",
        f"{DOUBLE_DAGGER}: extrapolated beyond the measured sizes, with the {percent(confidence)} interval "
        "over test patients; whether the law holds there is not in it.",
        "*: as many parameters as sizes, so that nothing checks the law." if _unchecked(table) else "",
        chosen_note(table["classifier"]),
        *(f"{UNDEFINED_MARK}: {reason}." for reason in table["reason"].dropna().unique()),
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
    def size(row: Row) -> Formatted:
        if place >= len(row["beyond"]):
            return Formatted("")
        images = row["beyond"][place]["size"]
        return Formatted(count(images), value=images)

    def value(row: Row) -> Formatted:
        if place >= len(row["beyond"]):
            return Formatted("")
        predicted = row["beyond"][place]
        value = predicted["value"]
        return Formatted(number(value), interval_text(predicted), mark=DOUBLE_DAGGER, value=value)

    return [Column("beyond:\nimages", size), Column("value\nthere", value)]


def _unchecked(table: pd.DataFrame) -> bool:
    return bool((table["asymptote"].notna() & ~table["checked"].astype(bool)).any())

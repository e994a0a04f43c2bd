"""Tables of sizes at which either side is better, and of fitted learning curves."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from results.crossover import ALWAYS, BEYOND, CROSSED, is_determined
from results.curve_fits import LAWS
from results.frames import TableRows, by_part, in_order, records, tidy, whole
from results.labels import metric_label, percent, plain_name
from results.tables.columns import BACKBONE, PART, STRATEGY, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, chosen_note, count, interval_text, number
from results.tables.paper import PaperTable, paper_table, sentences
from results.text import DOUBLE_DAGGER, UNDEFINED_MARK

_METHOD = ["body_part", "strategy", "backbone", "classifier"]
_LAW = ["asymptote", "scale", "shape", "residual"]


def crossover_table(rows: TableRows, *, confidence: float = 0.95) -> PaperTable:
    """At which numbers of labelled images either side is better, per body part and backbone.

    Rows: body_part, backbone, zones_text, smallest and largest (measured sizes) and the keys of
    `results.crossover`: value, low and high (images, or None), status, low_status, high_status and
    sign_changes.
    """
    names = ["body_part", "backbone", "zones_text", "status", "low_status", "high_status"]
    counts = ["sign_changes", "smallest", "largest"]
    table = by_part(whole(tidy(rows, names, ["value", "low", "high", *counts]), counts))
    columns = [
        PART,
        BACKBONE,
        text_column("images", "zones_text", lambda zones: zones or UNDEFINED_MARK),
        Column("crossover\nimages", _estimate),
        Column("from", lambda row: _bound(row, "low", "low_status")),
        Column("to", lambda row: _bound(row, "high", "high_status")),
        Column("measured", _measured),
        number_column("sign\nchanges", "sign_changes", count),
    ]
    shown = percent(confidence)
    note = (
        f"Images: one side is better where a {shown} band around the difference, which holds at all measured "
        "sizes together (training subsets and test patients), leaves out zero; between two sizes the band is "
        "linear over log(images). Crossover: fine-tuning is ahead from there on; from, to: its "
        f"{shown} interval. ≤: fine-tuning is ahead at the smallest size already. >: it is not ahead at the "
        "largest, so a crossover, if any, lies beyond the data. Not determined: the interval spans all "
        "measured sizes. More than one sign change: there is no single crossover. With one seed intervals "
        "are over test patients alone. Frozen: the classifier that the training folds of each seed chose."
    )
    caption = "Labelled images at which the frozen or the fine-tuned network is better."
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
    """The laws fitted to each learning curve, and the range of their predictions beyond the data.

    Rows, one per method, law and predicted size: body_part, strategy, backbone, classifier, law (a name in
    `results.curve_fits.LAWS`), size (images), measured, value, low, high, extrapolated (None without a fit),
    asymptote, scale, shape, residual, checked (more sizes than parameters) and reason (why there is no fit,
    or None).
    """
    names = [*_METHOD, "law", "extrapolated", "checked", "reason"]
    table = whole(tidy(rows, names, ["size", "measured", "value", "low", "high", *_LAW]), ["size"])
    lines = list(_curves(table))
    beyond = max(len(line["beyond"]) for line in lines)
    columns = [
        PART,
        STRATEGY,
        BACKBONE,
        text_column("classifier", "classifier", plain_name),
        Column("asymptote", lambda row: _range(row, "asymptote", number)),
        *(Column(f"residual\n{law.name}", partial(_residual, law.name)) for law in LAWS),
        *(column for place in range(beyond) for column in _beyond_columns(place)),
    ]
    note = sentences(
        "Two laws with three parameters each, by least squares weighted by the standard errors: value = "
        "asymptote − scale · images to the power of −exponent (power law), and value = asymptote − scale · "
        "exp(−rate · images) (exponential). A range is that of both laws.",
        f"{DOUBLE_DAGGER}: extrapolated beyond the measured sizes; in brackets what the "
        f"{percent(confidence)} intervals of both laws (training subsets and test patients) cover together. "
        "That one of the two laws holds there is not known.",
        "*: as many parameters as sizes, so that nothing checks the laws." if _unchecked(table) else "",
        chosen_note(table["classifier"]),
        *(f"{UNDEFINED_MARK}: {reason}." for reason in table["reason"].dropna().unique()),
    )
    caption = f"Laws of {metric_label(metric, unit)} over training images."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("curve_fits", caption, frame, columns, rows=lines, note=note, sectioned=True)


def _curves(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A line per curve: its rows, one of each law as `laws`, and those of each size `beyond` the data."""
    for part in in_order(table["body_part"]):
        for _, group in table[table["body_part"] == part].groupby(_METHOD, sort=False, dropna=False):
            members = records(group)
            laws = {row["law"]: row for row in members}
            beyond: dict[int, list[Row]] = {}
            for row in members:
                if row["extrapolated"] is True or row["extrapolated"] == 1:
                    beyond.setdefault(row["size"], []).append(row)
            yield members[0] | {"laws": laws, "beyond": list(beyond.values())}


def _range(row: Row, name: str, show: Callable[[float], str]) -> Formatted:
    """The smallest and largest of a parameter over the laws; with a star where nothing checks them."""
    fitted = [law for law in row["laws"].values() if not pd.isna(law[name])]
    unchecked = any(not law["checked"] for law in fitted)
    return _between([law[name] for law in fitted], show, "*" * unchecked)


def _between(values: Sequence[float], show: Callable[[float], str], mark: str = "") -> Formatted:
    """`0.93–0.95`, or one number where they are printed alike."""
    if not values:
        return Formatted(UNDEFINED_MARK)
    ends = list(dict.fromkeys(show(end) for end in (min(values), max(values))))
    return Formatted("–".join(ends), mark=mark, value=min(values))


def _residual(law: str, row: Row) -> Formatted:
    value = row["laws"][law]["residual"] if law in row["laws"] else None
    return Formatted(number(value, decimals=4), value=value)


def _beyond_columns(place: int) -> list[Column]:
    def size(row: Row) -> Formatted:
        if place >= len(row["beyond"]):
            return Formatted("")
        images = row["beyond"][place][0]["size"]
        return Formatted(count(images), value=images)

    def value(row: Row) -> Formatted:
        if place >= len(row["beyond"]):
            return Formatted("")
        predicted = row["beyond"][place]
        both = {"low": min(law["low"] for law in predicted), "high": max(law["high"] for law in predicted)}
        shown = _between([law["value"] for law in predicted], number, DOUBLE_DAGGER)
        return shown._replace(interval=interval_text(both))

    return [Column("beyond:\nimages", size), Column("range\nthere", value)]


def _unchecked(table: pd.DataFrame) -> bool:
    return bool((table["asymptote"].notna() & ~table["checked"].astype(bool)).any())

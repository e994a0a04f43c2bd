"""Localisation table: how often maps of kept models find abnormalities of known place."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from results.frames import TableRows, by_part, records, tidy
from results.labels import part_label, percent, size_label
from results.localisation import MEASURE_LABELS
from results.tables.columns import BACKBONE, PART, STRATEGY, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, difference, interval_text, two_decimals
from results.tables.paper import PaperTable, paper_table, sentences

_AXES = ["body_part", "train_size", "strategy", "backbone"]
_TITLES = {"pointing": "pointing\ngame", "energy": "energy\nin the box", "overlap": "IoU at the\nbox's area"}
_LIKENESS = "correlation"  # with the maps of random weights
_GAIN = "pointing"  # the measure whose gain over the middle is shown


def localisation_table(rows: TableRows, *, confidence: float = 0.95) -> PaperTable:
    """One line per body part, size and method, below those of a map of the middle and of random maps.

    Rows: those of `LocalisationCurves`, of any body parts, with body_part, train_size, backbone, marked,
    marked_patients, gain, gain_low, gain_high and correlation.
    """
    numbers = ["value", "low", "high", "centre", "chance", "gain", "gain_low", "gain_high", _LIKENESS]
    counts = ["marked", "marked_patients"]
    table = by_part(tidy(rows, [*_AXES, "measure"], [*numbers, *counts]))
    columns = [
        PART,
        text_column("images", "train_size", lambda size: size_label(size) if size else ""),
        STRATEGY,
        BACKBONE,
        *(Column(_TITLES[measure], partial(_value, measure)) for measure in MEASURE_LABELS),
        Column("pointing above\nthe middle", _gain),
        number_column("correlation with\nrandom weights", _LIKENESS, two_decimals),
    ]
    note = sentences(
        f"Test images with a known box: {_counts(table)}.",
        "Pointing game: the share of them where the map's largest value lies in the box. Energy: the share "
        "of the map's sum in the box. IoU: of the box and as many of the largest values as it has pixels.",
        "Middle: a Gaussian around the middle of the image. Chance: random values.",
        "Correlation: Spearman's, with the maps of the same network with random weights; near 0, the map "
        "depends on what was learned.",
        f"[{percent(confidence)} interval] over test patients and seeds, not adjusted for their number.",
    )
    caption = "Does it look at the right place? Maps of kept models against known boxes of abnormalities."
    return paper_table("localisation", caption, table, columns, rows=_lines(table), note=note, sectioned=True)


def _counts(table: pd.DataFrame) -> str:
    """The numbers of images and patients with a box, of each body part."""
    return "; ".join(
        f"{part_label(row['body_part'])} {row['marked']:,.0f} of {row['marked_patients']:,.0f} patients"
        for row in records(table.drop_duplicates("body_part"))
    )


def _lines(table: pd.DataFrame) -> Iterator[Row]:
    """The printed lines: per body part the two baselines, then a line per size and method."""
    for part, own in table.groupby("body_part", sort=False):
        for name, column in (("middle", "centre"), ("chance", "chance")):
            values = {row["measure"]: {"value": row[column]} for row in records(own)}
            yield {**dict(zip(_AXES, (part, "", "baseline", name), strict=True)), _LIKENESS: None, **values}
        for axes, rows in own.groupby(_AXES, sort=False):
            found = {row["measure"]: row for row in records(rows)}
            likeness = rows[_LIKENESS].iloc[0]
            yield {**dict(zip(_AXES, axes, strict=True)), _LIKENESS: likeness, **found}


def _value(measure: str, row: Row) -> Formatted:
    found = row.get(measure)
    if found is None:
        return Formatted("")
    interval = interval_text(found, two_decimals) if "low" in found else ""
    return Formatted(two_decimals(found["value"]), interval, value=found["value"])


def _gain(row: Row) -> Formatted:
    found = row.get(_GAIN, {})
    if "gain" not in found:
        return Formatted("")
    return difference({"difference": found["gain"], "low": found["gain_low"], "high": found["gain_high"]})

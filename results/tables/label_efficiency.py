"""The label-efficiency ratio as a table for a paper, for the terminal, and in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from results.frames import TableRows, by_part, records, tidy, whole
from results.label_efficiency import LESS, MORE, REACHED, is_determined
from results.labels import percent
from results.tables.columns import BACKBONE, PART, Column, number_column
from results.tables.formatting import Formatted, count
from results.tables.paper import PaperTable, paper_table
from results.text import UNDEFINED_MARK

_WORDS = {LESS: "less than ", MORE: "more than ", REACHED: ""}
_SIGNS = {LESS: "< ", MORE: "> ", REACHED: ""}
_NAMES = ("value", "low", "high")
NOT_DETERMINED = "not determined"


def efficiency_table(rows: TableRows, *, confidence: float = 0.95) -> PaperTable:
    """How many times as many images the frozen network needs to equal fine-tuning, per size.

    Rows: body_part, backbone, images and the keys of `results.label_efficiency`: value, low, high, status,
    low_status, high_status, least and most.
    """
    names = ["body_part", "backbone", "status", "low_status", "high_status"]
    table = by_part(whole(tidy(rows, names, ["images", *_NAMES, "least", "most"]), ["images"]))
    columns = [
        PART,
        BACKBONE,
        number_column("images", "images", count),
        Column("frozen needs\ntimes", _estimate),
        Column("from", lambda row: Formatted(_ratio(row, "low", _SIGNS), value=row["low"])),
        Column("to", lambda row: Formatted(_ratio(row, "high", _SIGNS), value=row["high"])),
    ]
    note = (
        f"From, to: {percent(confidence)} percentile interval over training subsets (seeds, from two on) and "
        "test patients, of the frozen curve made monotone. <, >: outside the measured sizes, of which the "
        "nearest one is given. Not determined: the interval spans all measured sizes."
    )
    caption = "Label efficiency: how many times as many labelled images the frozen network needs."
    return paper_table("label_efficiency", caption, table, columns, note=note)


def terminal_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The same as texts in ASCII: body_part, backbone, images and the ratio with its interval."""
    return pd.DataFrame(
        {
            "body_part": row["body_part"],
            "backbone": row["backbone"],
            "fine-tuned images": f"{row['images']:,}",
            "frozen needs": ratio_text(row).replace("×", " times").replace(UNDEFINED_MARK, "undefined"),
        }
        for row in records(rows)
    )


def ratio_text(row: Mapping[str, Any]) -> str:
    """`1.8× [0.6, more than 10]`; no estimate where the interval spans all that was measured.

    Without the interval where it and the estimate are on one side of all that was measured: `more than 10×`.
    """
    value, low, high = (_ratio(row, name, _WORDS) for name in _NAMES)
    if value == low == high and row["status"] in (LESS, MORE):
        return f"{value}×"
    return f"{f'{value}×' if is_determined(row) else NOT_DETERMINED} [{low}, {high}]"


def _estimate(row: Mapping[str, Any]) -> Formatted:
    text = _ratio(row, "value", _SIGNS) if is_determined(row) else NOT_DETERMINED
    return Formatted(text, value=row["value"])


def _ratio(row: Mapping[str, Any], name: str, outside: Mapping[str, str]) -> str:
    status = row["status" if name == "value" else f"{name}_status"]
    return f"{outside[status]}{row[name]:.2g}" if status in outside else UNDEFINED_MARK

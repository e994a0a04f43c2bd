"""Worklist table: what reading in the order of the probabilities finds early, and saves."""

from functools import partial

from results.frames import TableRows, by_part, tidy, whole
from results.labels import percent
from results.tables.columns import IMAGES, PART, STRATEGY, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, count, interval_text, method_label, two_decimals
from results.tables.paper import PaperTable, paper_table, sentences

_SHARES = {
    "first_20": "first\n20 %",
    "first_40": "first\n40 %",
    "first_60": "first\n60 %",
    "median": "median\nabnormal at",
    "saved": "not read at\n95 % sensitivity",
}


def worklist_table(rows: TableRows, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """Shares of the list, per body part and strategy.

    Rows: body_part, strategy, method, train_size, units, abnormal, and with `_low` and `_high`: first_20,
    first_40, first_60, median and saved, as of `results.worklist`.
    """
    numbers = [f"{name}{end}" for name in _SHARES for end in ("", "_low", "_high")]
    names = ["body_part", "strategy", "method", "train_size"]
    table = by_part(whole(tidy(rows, names, ["units", "abnormal", *numbers]), ["units", "abnormal"]))
    plural = "studies" if unit == "study" else f"{unit}s"
    columns = [
        PART,
        STRATEGY,
        text_column("method", "method", method_label),
        IMAGES,
        number_column(f"{plural}\nof the test", "units", count),
        *(Column(title, partial(_share, name)) for name, title in _SHARES.items()),
    ]
    note = sentences(
        f"Test {plural} in descending order of the probability of abnormal.",
        f"First 20 %: the share of all abnormal {plural} among them (without order: 0.20).",
        f"Median abnormal at: the share of the list after which half of the abnormal {plural} have been read "
        "(without order: 0.50).",
        f"Not read: the end of the list after 95 % of the abnormal {plural} have been read (without order: "
        f"0.05); the place is taken from these test {plural}: a description, no threshold for use.",
        f"[{percent(confidence)} percentile interval] over test patients, for this trained model.",
    )
    caption = f"Worklist: reading {plural} in the order of their probability; largest size, first seed."
    return paper_table("worklist", caption, table, columns, note=note, sectioned=True)


def _share(name: str, row: Row) -> Formatted:
    bounds = {"low": row[f"{name}_low"], "high": row[f"{name}_high"]}
    return Formatted(two_decimals(row[name]), interval_text(bounds, two_decimals), value=row[name])

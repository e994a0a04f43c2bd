"""Tables of paired comparisons: differences with adjusted p-values, and the classical tests beside them."""

import pandas as pd

from results.figures.style import metric_label, part_label, size_label
from results.frames import Rows, by_part, tidy, whole
from results.tables.formatting import CHOSEN_SIDES, Cell, difference, number, p_text, percent, signed
from results.tables.paper import TEXT, Column, PaperTable, paper_table, sentences

_AXES = ["comparison", "backbone", "body_part", "train_size"]
_PLACE = [
    Column("body part", lambda row: part_label(row["body_part"]), TEXT),
    Column("backbone", lambda row: str(row["backbone"]), TEXT),
    Column("images", lambda row: size_label(row["train_size"])),
]


def differences_table(
    rows: Rows, metric: str, unit: str, *, confidence: float = 0.95, level: float = 0.05
) -> PaperTable:
    """Every paired difference with its interval and p-values; those significant at `level` are bold.

    Rows: comparison (`A − B`), backbone, body_part, train_size, first (B), second (A), difference (second
    minus first), low, high, p, p_adjusted (Holm) and family (its number of tests). None where undefined.
    """
    numbers = ["first", "second", "difference", "low", "high", "p", "p_adjusted"]
    table = whole(_sorted(tidy(rows, _AXES, [*numbers, "family"])), ["family"])
    columns = [
        Column("comparison", lambda row: _named(row["comparison"]), TEXT),
        *_PLACE,
        Column("A", lambda row: number(row["second"])),
        Column("B", lambda row: number(row["first"])),
        Column("A − B", difference),
        Column("p", lambda row: p_text(row["p"])),
        Column("p\nadjusted", lambda row: Cell(p_text(row["p_adjusted"]), bold=row["p_adjusted"] <= level)),
    ]
    families = sorted(table["family"].dropna().unique(), reverse=True)
    note = sentences(
        f"Differences of means over seeds on the same test patients, who are resampled for the "
        f"{percent(confidence)} intervals and p.",
        f"Adjusted by Holm over families of {' and '.join(map(str, families))} tests." if families else "",
        f"Bold: adjusted p ≤ {level:g}.",
        CHOSEN_SIDES,
    )
    return paper_table(
        "differences",
        f"Paired differences in {metric_label(metric, unit)}.",
        table.assign(metric=metric, unit=unit),
        columns,
        note=note,
        sectioned=True,
    )


def tests_table(rows: Rows, metric: str, unit: str) -> PaperTable:
    """McNemar's and DeLong's tests, seed by seed, beside the p-value of the resampled patients.

    Rows: comparison, backbone, body_part, train_size, seed, difference and p (of the metric),
    auroc_difference, delong_p, only_first_right, only_second_right and mcnemar_p. None where undefined.
    """
    numbers = ["difference", "p", "auroc_difference", "delong_p", "mcnemar_p"]
    counts = ["only_first_right", "only_second_right"]
    table = whole(_sorted(tidy(rows, [*_AXES, "seed"], [*numbers, *counts])), counts)
    columns = [
        Column("comparison", lambda row: _named(row["comparison"]), TEXT),
        *_PLACE,
        Column("seed", lambda row: str(row["seed"])),
        Column("A − B", lambda row: signed(row["difference"])),
        Column("p", lambda row: p_text(row["p"])),
        Column("AUROC\nA − B", lambda row: signed(row["auroc_difference"])),
        Column("p\nDeLong", lambda row: p_text(row["delong_p"])),
        Column("only A\nright", lambda row: number(row["only_second_right"], 0)),
        Column("only B\nright", lambda row: number(row["only_first_right"], 0)),
        Column("p\nMcNemar", lambda row: p_text(row["mcnemar_p"])),
    ]
    note = (
        f"A − B and p: {metric_label(metric, unit)}, patients resampled. DeLong's and McNemar's tests take "
        "the predictions of a patient as independent, so their p tends to be too small. No p is adjusted. "
        + CHOSEN_SIDES
    )
    return paper_table(
        "tests",
        "Classical tests of paired predictions, per seed.",
        table.assign(metric=metric, unit=unit),
        columns,
        note=note,
        sectioned=True,
    )


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """By comparison, body part and backbone as these first appear, all parts last; sizes keep their order."""
    return _as_they_appear(by_part(_as_they_appear(table, "backbone")), "comparison")


def _as_they_appear(table: pd.DataFrame, name: str) -> pd.DataFrame:
    order = table.sort_values(name, kind="stable", key=lambda names: pd.factorize(names)[0])
    return order.reset_index(drop=True)


def _named(comparison: str) -> str:
    """`fine-tuned (A) − frozen (B)`."""
    sides = comparison.split(" − ")
    return f"{sides[0]} (A) − {sides[1]} (B)" if len(sides) == 2 else comparison

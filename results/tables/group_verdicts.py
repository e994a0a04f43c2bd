"""Tables of the verdict in each group of the test set, and of whether groups differ in it."""

import pandas as pd

from results.counts import counted, plural_of
from results.frames import TableRows, by_part, tidy, whole
from results.labels import metric_label, percent
from results.tables.columns import PART, TEXT, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, count, difference, p_text
from results.tables.paper import PaperTable, paper_table, sentences
from results.verdict import is_significant, verdict_text

DIFFERS, NOT_SHOWN = "differs", "undecided"  # answers of an interaction
_NAMES = ["body_part", "comparison", "column", "group", "why_not"]
_NUMBERS = ["difference", "low", "high", "p", "p_adjusted", "detectable"]


def group_verdicts_table(
    rows: TableRows,
    metric: str,
    unit: str,
    *,
    fewest: int,
    rarest: str = "rarer label",
    confidence: float = 0.95,
    level: float = 0.05,
) -> PaperTable:
    """A line per body part, comparison, column and group, with the verdict in that group.

    Rows: body_part, comparison, column, group, units, patients, fewest (patients of the rarer label), why_not
    (why there is no verdict; else empty), first, second, difference, low, high, p, p_adjusted, detectable,
    margin and verdict. `fewest` are the patients of either label below which a group has no verdict; `rarest`
    are the words for the label, class, grade or finding of which there are fewest.
    """
    numbers = [*_NUMBERS, "first", "second", "margin"]
    counts = ["units", "patients", "fewest"]
    table = by_part(whole(tidy(rows, [*_NAMES, "verdict"], [*numbers, *counts]), counts))
    plural = plural_of(unit)
    columns = [
        PART,
        text_column("comparison", "comparison"),
        text_column("column", "column"),
        text_column("group", "group"),
        number_column(plural, "units", count),
        number_column(f"patients of the\n{rarest}", "fewest", count),
        number_column("A", "second"),
        number_column("B", "first"),
        Column("A − B", difference),
        number_column("p\nadjusted", "p_adjusted", p_text, bold=lambda row: _significant(row, level)),
        Column("verdict", _verdict, TEXT),
    ]
    note = sentences(
        "The comparison is A − B, at the largest size, on the patients of that group; "
        f"{percent(confidence)} intervals (unadjusted) and p as of the differences over all patients.",
        f"p is adjusted by Holm's method over the {_tested(table)} of this table; bold: ≤ {level:g}.",
        f"Below {fewest} patients of either label a group has no verdict."
        if rarest == "rarer label"
        else f"Below {fewest} patients with the {rarest}, or without it, a group has no verdict.",
        "A verdict in one group and none in another do not show that the groups differ: that is tested in "
        "the table of interactions.",
    )
    caption = f"The verdict in groups of the test set, by {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("group_verdicts", caption, frame, columns, note=note, sectioned=True)


def interactions_table(
    rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95, level: float = 0.05
) -> PaperTable:
    """A line per body part, comparison and column: whether the difference depends on the group.

    Rows: body_part, comparison, column, groups (their names), group (that stands out most), why_not,
    difference (of differences), low, high, p, p_adjusted, detectable and answer (`differs`, `undecided`,
    `one trained pair`, or empty).
    """
    table = by_part(tidy(rows, [*_NAMES, "groups", "answer"], _NUMBERS))
    table = table.assign(groups=[" / ".join(names) for names in table["groups"]])
    columns = [
        PART,
        text_column("comparison", "comparison"),
        text_column("column", "column"),
        text_column("groups", "groups"),
        text_column("group that stands\nout most", "group"),
        Column("its A − B minus\nthat of the others", difference),
        number_column("p\nadjusted", "p_adjusted", p_text, bold=lambda row: _significant(row, level)),
        Column("answer", _answer, TEXT),
    ]
    note = sentences(
        "The difference of differences on the same resampled patients, with seeds as in the differences over "
        f"all patients; [{percent(confidence)} interval], unadjusted.",
        "p: that the difference A − B is the same in all groups. With more than two groups, the smallest "
        "p-value of each group against the others, times their number.",
        f"p is adjusted by Holm's method over the {_tested(table)} of this table; bold: ≤ {level:g}.",
        "Where no difference is shown, the groups may still differ by less than could be detected (with 80 % "
        "power); it is no sign that they are alike. Groups differ in more than this column, so that a shown "
        "difference is not explained by it.",
    )
    caption = f"Does the comparison depend on the group? Interactions, by {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("group_interactions", caption, frame, columns, note=note, sectioned=True)


def interaction_text(answer: str, detectable: float | None) -> str:
    """An interaction in words: `differs`; `not shown to differ, could detect ≥ 0.041`."""
    if answer != NOT_SHOWN:
        return verdict_text(answer, 0.0)
    known = detectable is not None and detectable == detectable  # not NaN
    return f"not shown to differ{f', could detect ≥ {detectable:.3f}' if known else ''}"


def _answer(row: Row) -> Formatted:
    text = row["why_not"] or interaction_text(row["answer"], row["detectable"])
    return Formatted(text, value=text or None)


def _verdict(row: Row) -> Formatted:
    text = row["why_not"] or verdict_text(row["verdict"], row["margin"], row["detectable"])
    return Formatted(text, value=text or None)


def _significant(row: Row, level: float) -> bool:
    return is_significant(row["p_adjusted"], level)


def _tested(table: pd.DataFrame) -> str:
    """The tests over which p is adjusted; one whose p is undefined counts."""
    return counted(int(table["why_not"].eq("").sum()), "test")

"""Tables of paired comparisons: differences with adjusted p-values, and classical tests."""

import pandas as pd

from results.counts import planned
from results.frames import TableRows, by_part, tidy, whole
from results.labels import metric_label, percent
from results.tables.columns import BACKBONE, IMAGES, PART, TEXT, Column, number_column, text_column
from results.tables.formatting import CHOSEN_SIDES, Formatted, Row, count, difference, p_text, signed
from results.tables.paper import PaperTable, paper_table, sentences
from results.verdict import is_significant, verdict_text

_AXES = ["comparison", "backbone", "body_part", "train_size"]


def differences_table(
    rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95, level: float = 0.05
) -> PaperTable:
    """Every paired difference with its interval and p-values; those significant at `level` are bold.

    Rows: comparison (`A − B`), backbone, body_part, train_size, first (B), second (A), difference (second
    minus first), low, high, training_sd, test_sd, p, p_adjusted, detectable, verdict, margin, family (its
    number of planned comparisons) and interim. None where undefined.
    """
    numbers = ["first", "second", "difference", "low", "high", "training_sd", "test_sd", "p", "p_adjusted"]
    numbers += ["detectable", "margin"]
    names = [*_AXES, "verdict", "interim"]
    table = whole(_sorted(tidy(rows, names, [*numbers, "family"])), ["family"])
    columns = [
        text_column("comparison", "comparison", _named),
        PART,
        BACKBONE,
        IMAGES,
        number_column("A", "second"),
        number_column("B", "first"),
        Column("A − B", difference),
        number_column("SD\ntraining", "training_sd"),
        number_column("SD\ntest", "test_sd"),
        number_column(
            "p\nadjusted", "p_adjusted", p_text, bold=lambda row: is_significant(row["p_adjusted"], level)
        ),
        number_column("detect-\nable", "detectable"),
        Column("verdict", _verdict, TEXT),
    ]
    families = sorted(table["family"].dropna().unique(), reverse=True)
    note = sentences(
        f"Differences of means over seeds on the same test patients. {percent(confidence)} intervals "
        "(unadjusted) and p are over other training subsets and other test patients; with one seed over "
        "test patients alone.",
        "SD training: of one seed's difference over training subsets; SD test: of the mean difference over "
        "test patients.",
        f"p is adjusted over families of {planned(families)}, all body parts together before each of them."
        if families
        else "",
        "Interim: some of them are not finished." if table["interim"].eq(True).any() else "",
        f"Bold: adjusted p ≤ {level:g}. Detectable: with 80 % power at {level:g} / the family's size.",
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


def tests_table(rows: TableRows, metric: str, unit: str) -> PaperTable:
    """McNemar's and DeLong's tests, seed by seed, beside the p-value of the resampled patients.

    Rows: comparison, backbone, body_part, train_size, seed, difference and p (of the metric),
    auroc_difference, delong_p, only_first_right, only_second_right and mcnemar_p. None where undefined.
    """
    numbers = ["difference", "p", "auroc_difference", "delong_p", "mcnemar_p"]
    counts = ["only_first_right", "only_second_right"]
    table = whole(_sorted(tidy(rows, [*_AXES, "seed"], [*numbers, *counts])), counts)
    columns = [
        text_column("comparison", "comparison", _named),
        PART,
        BACKBONE,
        IMAGES,
        number_column("seed", "seed", str),
        number_column("A − B", "difference", signed),
        number_column("p", "p", p_text),
        number_column("AUROC\nA − B", "auroc_difference", signed),
        number_column("p\nDeLong", "delong_p", p_text),
        number_column("only A\nright", "only_second_right", count),
        number_column("only B\nright", "only_first_right", count),
        number_column("p\nMcNemar", "mcnemar_p", p_text),
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


def _verdict(row: Row) -> Formatted:
    """The verdict in words; empty where the comparison is not the suite's question."""
    name = row["verdict"]
    return Formatted(verdict_text(name, row["margin"], row["detectable"]) if name else "", value=name or None)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """Sorted by comparison, body part (all parts last) and backbone, each in order of first appearance."""
    return _as_they_appear(by_part(_as_they_appear(table, "backbone")), "comparison")


def _as_they_appear(table: pd.DataFrame, name: str) -> pd.DataFrame:
    order = table.sort_values(name, kind="stable", key=lambda names: pd.factorize(names)[0])
    return order.reset_index(drop=True)


def _named(comparison: str) -> str:
    """`fine-tuned (A) − frozen (B)`."""
    sides = comparison.split(" − ")
    return f"{sides[0]} (A) − {sides[1]} (B)" if len(sides) == 2 else comparison

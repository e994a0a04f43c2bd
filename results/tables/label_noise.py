"""Table of wrong training labels: the score of both methods by their share, and which one loses more."""

from functools import partial

from results.counts import counted
from results.frames import TableRows, by_part, tidy
from results.labels import look_of, metric_label, percent
from results.tables.columns import IMAGES, PART, TEXT, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, difference, interval_text, number, p_text, signed
from results.tables.paper import PaperTable, paper_table, sentences
from results.verdict import ONE_PAIR, UNDECIDED, is_significant, verdict_text

_SIDES = [f"{side}{end}" for side in ("first", "second") for end in ("", "_low", "_high", "_change")]


def label_noise_table(
    rows: TableRows,
    metric: str,
    unit: str,
    *,
    confidence: float = 0.95,
    level: float = 0.05,
    become: str = "",
) -> PaperTable:
    """A line per body part, comparison and share of patients whose training labels are flipped.

    `become` says what a flipped label is, where there are more than two.

    Rows: body_part, comparison, train_size, share, first (B) and second (A) with `_low`, `_high` and
    `_change`, difference (of the changes, A minus B), low, high, p, p_adjusted, detectable and loses_more (a
    strategy, `undecided`, `one trained pair`, or empty).
    """
    numbers = [*_SIDES, "share", "difference", "low", "high", "p", "p_adjusted", "detectable"]
    table = by_part(tidy(rows, ["body_part", "comparison", "train_size", "loses_more"], numbers))
    columns = [
        PART,
        text_column("comparison", "comparison"),
        IMAGES,
        number_column("patients\nflipped", "share", percent),
        Column("A", partial(_score, "second")),
        Column("B", partial(_score, "first")),
        number_column("change\nof A", "second_change", signed),
        number_column("change\nof B", "first_change", signed),
        Column("change of A −\nchange of B", difference),
        number_column(
            "p\nadjusted", "p_adjusted", p_text, bold=lambda row: is_significant(row["p_adjusted"], level)
        ),
        Column("loses more", _loser, TEXT),
    ]
    tests = int(table["first_change"].notna().sum())  # one whose p is undefined counts in the family
    note = sentences(
        "The comparison is A − B. The training labels of that share of the patients are flipped "
        + (f"({become}), " if become else "")
        + "for all that a method does with them, choices included; test labels are not.",
        f"[{percent(confidence)} interval] (unadjusted) over test patients and, with several seeds, over "
        "training sets and flipped patients.",
        "p: that both change by the same amount; adjusted by Holm's method over "
        f"{counted(tests, 'test')}; bold: ≤ {level:g}.",
        "Where nothing is shown, one method may still lose more by less than could be detected (80 % power).",
    )
    caption = f"Wrong training labels: {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("label_noise", caption, frame, columns, note=note, sectioned=True)


def _score(side: str, row: Row) -> Formatted:
    bounds = {"low": row[f"{side}_low"], "high": row[f"{side}_high"]}
    return Formatted(number(row[side]), interval_text(bounds), value=row[side])


def _loser(row: Row) -> Formatted:
    name = row["loses_more"]
    text = (
        verdict_text(name, 0.0, row["detectable"])
        if name in ("", UNDECIDED, ONE_PAIR)
        else look_of(name).label
    )
    return Formatted(text, value=name or None)

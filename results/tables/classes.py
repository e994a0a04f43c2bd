"""Tables of several classes, grades or findings: scores of each, and the difference of two ways for each."""

from functools import partial

import pandas as pd

from results.frames import TableRows, by_part, records, tidy, whole
from results.labels import percent
from results.tables.columns import BACKBONE, PART, STRATEGY, Column, number_column, text_column
from results.tables.formatting import (
    Formatted,
    Row,
    count,
    difference,
    interval_text,
    method_label,
    number,
    p_text,
    signed,
)
from results.tables.paper import PaperTable, paper_table, sentences

_METRICS = {
    "auroc": "AUROC",
    "average_precision": "average precision",
    "sensitivity_at_chosen": "sensitivity",
    "specificity_at_chosen": "specificity",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
}


def classes_table(rows: TableRows, word: str, *, confidence: float = 0.95) -> PaperTable:
    """A line per body part, strategy and class (grade, finding: `word`).

    Rows: body_part, strategy, method, class, train_patients, test_patients, test_studies, test_read, and the
    metrics with `_low` and `_high`, undefined where the test set has the class nowhere or everywhere.
    """
    numbers = [f"{metric}{end}" for metric in _METRICS for end in ("", "_low", "_high")]
    counts = ["train_patients", "test_patients", "test_studies", "test_read"]
    names = ["body_part", "strategy", "method", "class"]
    table = by_part(whole(tidy(rows, names, [*counts, *numbers]), counts))
    columns = [
        PART,
        STRATEGY,
        text_column("method", "method", method_label),
        text_column(word, "class"),
        number_column("training patients", "train_patients", count),
        number_column("test patients", "test_patients", count),
        number_column("test studies", "test_studies", count),
        number_column("of studies", "test_read", count),
        *(Column(title, partial(_metric, metric)) for metric, title in _METRICS.items()),
    ]
    note = sentences(
        f"Each {word} against the rest; patients and studies with it, of the studies where it was read.",
        "Sensitivity and specificity at the threshold that training folds chose.",
        f"[{percent(confidence)} interval] over test patients, for this trained model.",
    )
    caption = f"Every {word}: each strategy's chosen model; largest size, first seed."
    return paper_table("classes", caption, table, columns, note=note, sectioned=True)


def class_differences_table(rows: TableRows, word: str, *, level: float) -> PaperTable:
    """A line per class (grade, finding: `word`) and body part: both AUROCs, difference, p and verdict.

    Rows: class, backbone, body_part, first (frozen), second (fine-tuned), difference, low, high, p_adjusted,
    family (the number of comparisons) and verdict.
    """
    names = ["class", "backbone", "body_part", "verdict"]
    numbers = ["first", "second", "difference", "low", "high", "p_adjusted", "family"]
    table = by_part(tidy(rows, names, numbers))
    columns = [
        PART,
        text_column(word, "class"),
        BACKBONE,
        number_column("frozen", "first"),
        number_column("fine-tuned", "second"),
        Column("difference", difference),
        number_column("p (Holm)", "p_adjusted", p_text),
        text_column("verdict", "verdict"),
    ]
    family = int(table["family"].max())
    note = sentences(
        f"AUROC of each {word} against the rest; fine-tuned minus frozen, over seeds, at the largest size.",
        "Intervals are unadjusted.",
        f"Verdicts at the familywise level {level:g} over {family} comparisons (Holm 1979).",
    )
    return paper_table(
        "class_differences", f"Freeze or fine-tune, {word} by {word}.", table, columns, note=note
    )


def class_verdicts_table(rows: TableRows, word: str) -> pd.DataFrame:
    """The same rows as text for the terminal."""
    table = pd.DataFrame(rows)
    return pd.DataFrame(
        {
            "body part": row["body_part"],
            word: row["class"],
            "backbone": row["backbone"],
            "frozen": number(row["first"]),
            "fine-tuned": number(row["second"]),
            "difference": difference(row).with_interval(signed(row["difference"])),
            "p (Holm)": p_text(row["p_adjusted"]),
            "verdict": row["verdict"],
        }
        for row in records(table)
    )


def _metric(metric: str, row: Row) -> Formatted:
    bounds = {"low": row[f"{metric}_low"], "high": row[f"{metric}_high"]}
    return Formatted(number(row[metric]), interval_text(bounds), value=row[metric])

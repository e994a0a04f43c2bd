"""Subgroup table: how one model per strategy does on parts of the test set."""

from collections.abc import Sequence
from functools import partial

from results.counts import plural_of
from results.frames import TableRows, by_part, tidy, whole
from results.labels import metric_label, percent
from results.tables.columns import PART, STRATEGY, TEXT, Column, number_column, text_column
from results.tables.formatting import Formatted, Row, count, interval_text, method_label, number
from results.tables.paper import PaperTable, paper_table, sentences

_METRICS = {
    "auroc": "AUROC",
    "sensitivity_at_chosen": "sensitivity",
    "specificity_at_chosen": "specificity",
}


def subgroups_table(
    rows: TableRows,
    name: str,
    column: str,
    unit: str,
    *,
    fewest: int,
    metrics: Sequence[str] = tuple(_METRICS),
    confidence: float = 0.95,
) -> PaperTable:
    """A line per body part, strategy and group of `column`.

    Rows: body_part, strategy, method, group, units, patients, abnormal, why_not (why there are no metrics;
    else empty) and, with `_low` and `_high`, each of `metrics`. Of other metrics than those of two classes
    the patients of the rarest class, `fewest`, stand for `abnormal`. The argument `fewest` are the patients
    below which a group has no metrics.
    """
    two = tuple(metrics) == tuple(_METRICS)
    rarer = "abnormal" if two else "fewest"
    numbers = [f"{metric}{end}" for metric in metrics for end in ("", "_low", "_high")]
    names, counts = ["body_part", "strategy", "method", "group", "why_not"], ["units", "patients", rarer]
    table = by_part(whole(tidy(rows, names, [*counts, *numbers]), counts))
    plural = plural_of(unit)
    columns = [
        PART,
        STRATEGY,
        text_column("method", "method", method_label),
        Column(column, lambda row: Formatted(str(row["group"]), value=str(row["group"])), TEXT),
        number_column(plural, "units", count),
        number_column("abnormal" if two else "patients of the\nrarest class", rarer, count),
        number_column("patients", "patients", count),
        *(
            Column(_METRICS[metric] if two else metric_label(metric), partial(_metric, metric, metrics[0]))
            for metric in metrics
        ),
    ]
    note = sentences(
        f"{plural.capitalize()} with several values, and those without one, are groups of their own.",
        f"Too few: below {fewest} patients. "
        + ("One class: no AUROC." if two else "All or none of a class: a mean over classes is of others."),
        "Sensitivity and specificity at the threshold that training folds chose."
        if two
        else "Patients of the rarest class: with it or without it, whichever are fewer.",
        f"[{percent(confidence)} interval] over the group's patients, for this trained model: this "
        "table tests no difference of groups, and groups differ in more than this column.",
    )
    caption = f"Subgroups by {column}: each strategy's chosen model; largest size, first seed."
    return paper_table(name, caption, table, columns, note=note, sectioned=True)


def _metric(metric: str, first: str, row: Row) -> Formatted:
    if row["why_not"]:
        return Formatted(str(row["why_not"]) if metric == first else "")
    bounds = {"low": row[f"{metric}_low"], "high": row[f"{metric}_high"]}
    return Formatted(number(row[metric]), interval_text(bounds), value=row[metric])

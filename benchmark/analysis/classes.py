"""Several classes, grades or findings one by one: scores of each, and the verdict on each."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.leaders import leaders
from benchmark.analysis.paired_differences import QUESTION, pairs
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.verdicts import difference_rows, judged
from benchmark.store.record import Finished
from results.families import adjusted
from results.frames import records
from results.uncertainty import Resampled
from results.verdict import verdict

METRIC = "auroc"  # by which each class or finding is judged
SHOWN = (
    METRIC,
    "average_precision",
    "sensitivity_at_chosen",
    "specificity_at_chosen",
    "calibration_slope",
    "calibration_intercept",
)
_TESTS = ("p", "p_equal", "p_not_worse")
_JUDGED = ("first", "second", "difference", "low", "high", "p", "p_adjusted", "seeds", "margin", "family")
Row = dict[str, Any]


def class_rows(evaluated: ResampledCells) -> pd.DataFrame:
    """One row per body part, strategy (its chosen cell at the largest size: `leaders`) and class or finding.

    Columns: body_part, strategy, method, train_size, class, train_patients, test_patients and test_studies
    (with it), test_read (studies where it was read), threshold (chosen on training folds) and SHOWN of the
    class against the rest, each with `_low` and `_high`; None where no test patient has it, or every one.
    Empty for two classes.
    """
    if evaluated.task.is_binary:
        return pd.DataFrame()
    found: list[Row] = []
    for part, setting in evaluated.largest.items():
        for record in leaders(evaluated, setting):
            axes = {
                "body_part": part,
                "strategy": record.strategy,
                "method": f"{record.backbone} · {record.classifier}",
                "train_size": setting.train_size,
            }
            found += [axes | _of_class(record, name, evaluated.evaluation.unit) for name in record.classes]
    return pd.DataFrame(found)


def _of_class(record: Finished, name: str, unit: str) -> Row:
    counts = record.class_counts.get(name, {})
    row: Row = {"class": name, "threshold": record.thresholds.get(name)}
    for key in ("train_patients", "test_patients", "test_studies", "test_read"):
        row[key] = counts.get(key, 0)
    metrics = record.class_metrics.get(name, {}).get(unit, {})
    for metric in SHOWN:
        known = metrics.get(metric)
        row |= {metric: known.value if known else None}
        row |= {
            f"{metric}_low": known.low if known else None,
            f"{metric}_high": known.high if known else None,
        }
    return row


def class_difference_rows(evaluated: ResampledCells) -> pd.DataFrame:
    """Freeze or fine-tune, for each class or finding: AUROC against the rest, at the largest training size.

    Columns: class, backbone, body_part, train_size, first (frozen), second (fine-tuned), difference, low,
    high (unadjusted), p, p_adjusted, seeds, margin, family and verdict. The classes of all body parts are one
    family, adjusted by Holm's method (1979). Each network is judged over all that are there both ways, and
    what training folds choose is what they choose by the mean over classes. Empty for two classes, and
    without such a pair.
    """
    if evaluated.task.is_binary or not evaluated.finished:
        return pd.DataFrame()
    rows = [row for name in evaluated.task.classes for row in _judged_class(evaluated, name)]
    for test in _TESTS:
        for row, p in zip(rows, adjusted([row[test] for row in rows], [None] * len(rows)), strict=True):
            row[f"{test}_adjusted"] = p if row[test] == row[test] else float("nan")
    for row in rows:
        row["family"] = len(rows)
        row["verdict"] = verdict(
            row["difference"],
            row["p_adjusted"],
            row["p_equal_adjusted"],
            seeds=row["seeds"],
            level=evaluated.evaluation.level,
        )
    columns = ["class", "backbone", "body_part", "train_size", *_JUDGED, "verdict"]
    return pd.DataFrame(rows)[columns] if rows else pd.DataFrame()


def _judged_class(evaluated: ResampledCells, name: str) -> Iterator[Row]:
    """The comparison of one class, on the rows where it was read; none where the test set lacks it."""
    own = of_class(evaluated, name)
    if not own.finished:
        return
    table = difference_rows(own, [pair for pair in pairs(own) if pair.comparison == QUESTION])
    for row in records(judged(table)):
        yield {"class": name, **row}


def of_class(evaluated: ResampledCells, name: str) -> ResampledCells:
    """The cells of the largest size, judged by the AUROC of one class against the rest.

    Without those whose test set has the class in no study, or in every one.
    """
    evaluation = evaluated.evaluation.model_copy(update={"primary": METRIC})
    cells = [record for setting in evaluated.largest.values() for record in evaluated.by_setting[setting]]
    cells = [record for record in cells if name in record.class_metrics]
    resampled = {record.cell: _resampled(evaluated, record, name) for record in cells}
    return ResampledCells(evaluation, evaluated.records, cells, resampled)


def _resampled(evaluated: ResampledCells, record: Finished, name: str) -> Resampled:
    evaluation = evaluated.evaluation
    table = evaluated.predicted(record).of_class(name).per_unit(evaluation.unit)
    return table.resampled(METRIC, evaluation.resamples)

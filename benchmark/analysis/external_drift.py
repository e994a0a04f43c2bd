"""What becomes of probabilities and of the threshold on other sets, and of the metric up the ladder."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.external_sets import Away
from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.strategy_curves import strategy_points
from benchmark.grid.schema import Evaluation
from results.comparison import compare
from results.evaluation import plain
from results.label_tasks import BINARY, MULTICLASS, MULTILABEL, ORDINAL
from results.metric_lookup import limits
from results.predicted import Predicted

_AT_THRESHOLD = ("sensitivity_at_chosen", "specificity_at_chosen")
METRICS = (
    *("auroc", "brier", "ece", "calibration_intercept", "calibration_slope"),
    *_AT_THRESHOLD,
)
_OF_CLASSES = ("macro_auroc", "log_loss", "multiclass_brier", "macro_ece", "accuracy")
METRICS_OF = {
    BINARY: METRICS,
    MULTICLASS: _OF_CLASSES,
    ORDINAL: ("quadratic_kappa", *_OF_CLASSES),
    MULTILABEL: ("macro_auroc", "macro_log_loss", "macro_brier", "macro_ece"),
}
_POINT = ("strategy", "line", "value", "low", "high")


def drift_rows(sets: Iterable[Away]) -> pd.DataFrame:
    """One row per set that is no corruption, body part, strategy (`leaders`, largest size) and metric.

    Columns: external, body_part, strategy, method, train_size, metric (METRICS_OF the task), home, away,
    change (away minus home) and its interval low, high over the test patients of both sets, for this trained
    model. Calibration and threshold are those that training folds chose at home: nothing is fitted to the
    other set. Of several classes, grades or findings there is a column `class` besides, empty for metrics of
    all, and sensitivity and specificity are of each class against the rest, at its own threshold.
    """
    rows: list[dict[str, Any]] = []
    for away in sets:
        if away.corruption is None:
            rows += _of_set(away)
    return pd.DataFrame(rows)


def ladder_points(cells: ResampledCells, sets: Iterable[Away]) -> pd.DataFrame:
    """The primary metric of each strategy up the ladder of corruptions, per body part, at the largest size.

    Columns: body_part, backbone, kind, strength (0: the test set as it is), strategy, line, value, low, high:
    means over seeds with their intervals, the lines of `strategy_points`, of the first backbone (the mean
    over backbones, where several are both frozen and fine-tuned) and of strategies without one.
    """
    rungs = [away for away in sets if away.corruption is not None]
    rows: list[dict[str, Any]] = []
    for kind in dict.fromkeys(away.corruption.kind for away in rungs if away.corruption):
        rows += ({**point, "kind": kind, "strength": 0} for point in _largest(cells))
        for away in rungs:
            if away.corruption and away.corruption.kind == kind:
                strength = away.corruption.strength
                rows += ({**point, "kind": kind, "strength": strength} for point in _largest(away.there))
    return pd.DataFrame(rows)


def _largest(cells: ResampledCells) -> Iterator[dict[str, Any]]:
    points = strategy_points(cells)
    shown = points[0]["backbone"] if points else ""
    largest = {part: setting.images for part, setting in cells.largest.items()}
    for point in points:
        part = point["body_part"]
        if point["backbone"] in (shown, "") and point["train_images"] == largest[part]:
            yield {
                "body_part": part,
                "backbone": shown,
                **{name: point[name] for name in _POINT},
            }


def _of_set(away: Away) -> Iterator[dict[str, Any]]:
    evaluation = away.home.evaluation
    for part, setting in away.home.largest.items():
        for record in leaders(away.home, setting):
            names = {
                "external": away.name,
                "body_part": part,
                "strategy": record.strategy,
                "method": f"{record.backbone} · {record.classifier}",
                "train_size": setting.train_size,
            }
            own, there = away.predicted_at_home(record), away.predicted(record)
            several = not own.task.is_binary
            for metric in METRICS_OF[own.task.kind]:
                found = names | ({"class": ""} if several else {})
                yield found | _change(metric, own, there, evaluation)
            for name in own.task.classes:
                if name in record.class_metrics:  # else no case of it, or nothing else, at home
                    for metric in _AT_THRESHOLD:
                        change = _change(metric, own.of_class(name), there.of_class(name), evaluation)
                        yield names | {"class": name} | change


def _change(metric: str, own: Predicted, there: Predicted, evaluation: Evaluation) -> dict[str, Any]:
    home, away = (
        table.per_unit(evaluation.unit).resampled(metric, evaluation.resamples) for table in (own, there)
    )
    change = compare({0: home}, {0: away}, limits(metric))  # of this trained model: it is no seed
    low, high = change.interval(evaluation.confidence)
    return {
        "metric": metric,
        "home": plain(home.value),
        "away": plain(away.value),
        "change": plain(change.value),
        "low": plain(low),
        "high": plain(high),
    }

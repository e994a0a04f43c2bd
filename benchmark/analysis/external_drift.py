"""What becomes of probabilities and of the threshold on other sets, and of the metric up the ladder."""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.external_sets import Away
from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.strategy_curves import strategy_points
from benchmark.grid.schema import Evaluation
from benchmark.store.record import Finished
from results.comparison import compare
from results.evaluation import plain, resampled_metric
from results.metric_lookup import limits
from results.uncertainty import Resampled

METRICS = (
    *("auroc", "brier", "ece", "calibration_intercept", "calibration_slope"),
    *("sensitivity_at_chosen", "specificity_at_chosen"),
)
_POINT = ("strategy", "line", "value", "low", "high")


def drift_rows(sets: Iterable[Away]) -> pd.DataFrame:
    """One row per set that is no corruption, body part, strategy (`leaders`, largest size) and metric.

    Columns: external, body_part, strategy, method, train_size, metric (METRICS), home, away, change (away
    minus home) and its interval low, high over the test patients of both sets, for this trained model.
    Calibration and threshold are those that training folds chose at home: nothing is fitted to the other set.
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
            own, there = away.home.predictions(record), away.predictions(record)
            for metric in METRICS:
                home, other = (_resampled(table, record, metric, evaluation) for table in (own, there))
                yield names | _change(metric, home, other, evaluation.confidence)


def _resampled(table: pd.DataFrame, record: Finished, metric: str, evaluation: Evaluation) -> Resampled:
    return resampled_metric(
        table, record.threshold, metric=metric, unit=evaluation.unit, resamples=evaluation.resamples
    )


def _change(metric: str, home: Resampled, away: Resampled, confidence: float) -> dict[str, Any]:
    change = compare({0: home}, {0: away}, limits(metric))  # of this trained model: it is no seed
    low, high = change.interval(confidence)
    return {
        "metric": metric,
        "home": plain(home.value),
        "away": plain(away.value),
        "change": plain(change.value),
        "low": plain(low),
        "high": plain(high),
    }

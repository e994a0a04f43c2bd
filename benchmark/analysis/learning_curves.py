"""Learning curves over seeds: one point per cell family and training size, with a paired interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from benchmark.store.records import CONTROL, Record, Records
from classifiers.names import MAJORITY
from extractors.digests import JsonValue, digest_of
from results.costs import cost_numbers
from results.evaluation import evaluate_over_seeds

CURVE = ("body_part", "strategy", "backbone", "classifier")
Point = dict[str, Any]


def curve_points(
    records: Records, finished: Iterable[Record], *, metric: str, unit: str, confidence: float, resamples: int
) -> list[Point]:
    """Value and interval of one metric for each (curve, training size), averaged over its seeds.

    A point holds the curve's axes (with `control`, where it is one), train_size, train_images, seeds,
    value, low and high (None where the metric is undefined), and the `means` over seeds of all metrics and
    timings. Points are kept in the grid's folder, so that only new ones are computed.
    """
    families: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for record in finished:
        families[(*curve_axes(record).values(), record["train_size"])].append(record)
    wanted = {}
    settings: list[JsonValue] = [metric, unit, confidence, resamples]
    for axes, family in families.items():
        key = digest_of([*settings, *axes, *sorted(record["predictions_sha256"] for record in family)])
        wanted[key] = partial(_point, records, family, metric, unit, confidence, resamples)
    return records.derived(".points.json", wanted)


def curve_axes(values: Mapping[str, Any]) -> dict[str, Any]:
    """What tells curves apart, of a record or a point: the axes, and the control that it may belong to."""
    axes = {axis: values[axis] for axis in CURVE}
    return axes | {CONTROL: values[CONTROL]} if values.get(CONTROL) else axes


def ordinary(values: Iterable[Record]) -> list[Record]:
    """The records (or points) without those of the grid's controls."""
    return [value for value in values if not value.get(CONTROL)]


def chosen_on_training_folds(finished: Iterable[Record]) -> list[Record]:
    """Per body part, strategy, training size and seed, the record whose training folds had the best AUROC.

    The majority classifier is chosen only where it stands alone; cells of the grid's controls never are.
    """
    best: dict[tuple[Any, ...], Record] = {}
    for record in ordinary(finished):
        key = tuple(record[axis] for axis in ("body_part", "strategy", "train_size", "seed"))
        if key not in best or _promise(record) > _promise(best[key]):
            best[key] = record
    return list(best.values())


def _promise(record: Record) -> tuple[bool, float]:
    return record["classifier"] != MAJORITY, record["selection_auroc"]


def _point(
    records: Records, family: Sequence[Record], metric: str, unit: str, confidence: float, resamples: int
) -> Point:
    first = family[0]
    point = {**curve_axes(first), "train_size": first["train_size"]}
    point |= {"train_images": first["counts"]["train_images"], "seeds": sorted(r["seed"] for r in family)}
    point["means"] = _means(family)
    if len(family) == 1 and first["evaluation"] == {"confidence": confidence, "resamples": resamples}:
        point |= first["metrics"][unit][metric]
        return point
    return point | evaluate_over_seeds(
        [records.read_predictions(record["cell"]) for record in family],
        metric=metric,
        unit=unit,
        thresholds=[record["threshold"] for record in family],
        confidence=confidence,
        resamples=resamples,
    )


def _means(family: Sequence[Record]) -> dict[str, float]:
    """The mean over seeds of every metric, as `unit/metric`, of the seconds per stage and of the cost."""
    values: dict[str, list[float]] = defaultdict(list)
    for record in family:
        for unit, metrics in record["metrics"].items():
            for name, numbers in metrics.items():
                if numbers["value"] is not None:
                    values[f"{unit}/{name}"].append(numbers["value"])
        for kind in ("seconds", "cost"):
            for name, amount in cost_numbers(record.get(kind, {})).items():
                values[f"{kind}/{name}"].append(amount)
    return {name: sum(found) / len(found) for name, found in values.items()}

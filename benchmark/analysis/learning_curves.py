"""Learning curves over seeds: one point per method and training size, with its interval."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from benchmark.analysis.resampled_cells import ResampledCells, mean_size
from benchmark.store.record import Finished
from results.costs import cost_numbers

CURVE = ("body_part", "strategy", "backbone", "classifier")


@dataclass(frozen=True)
class CurvePoint:
    """The primary metric of one method at one training size, averaged over seeds.

    `value`, `low` and `high` are None where the metric is undefined; `means` are the means over seeds of all
    metrics (`unit/metric`), seconds and costs. `train_images` and `train_patients` are means over seeds,
    rounded. `control` is empty for an ordinary method.
    """

    body_part: str
    strategy: str
    backbone: str
    classifier: str
    control: str
    train_size: int | str
    train_images: int
    train_patients: int
    seeds: list[int]
    value: float | None
    low: float | None
    high: float | None
    means: dict[str, float]

    @property
    def axes(self) -> dict[str, str]:
        """The key of the point's curve; `control` only for a control."""
        axes: dict[str, str] = {axis: getattr(self, axis) for axis in CURVE}
        return axes | {"control": self.control} if self.control else axes

    def row(self) -> dict[str, Any]:
        """The point as a table row; `control` only for a control."""
        return {name: value for name, value in asdict(self).items() if name != "control" or value}


def curve_points(evaluated: ResampledCells) -> list[CurvePoint]:
    """A point for every method (of a control too) and training size, in the order of the cells."""
    families: dict[tuple[Any, ...], list[Finished]] = defaultdict(list)
    for record in evaluated.finished:
        axes = record.body_part, record.strategy, record.backbone, record.classifier, record.control
        families[(*axes, record.size_name)].append(record)
    return [_point(evaluated, family) for family in families.values()]


def _point(evaluated: ResampledCells, family: list[Finished]) -> CurvePoint:
    first = family[0]
    images, patients = mean_size(family)
    side = {record.seed: record for record in family}
    interval = evaluated.interval(evaluated.over_seeds(side))
    return CurvePoint(
        body_part=first.body_part,
        strategy=first.strategy,
        backbone=first.backbone,
        classifier=first.classifier,
        control=first.control,
        train_size=first.size_name,
        train_images=images,
        train_patients=patients,
        seeds=sorted(record.seed for record in family),
        means=_means(family),
        **interval,
    )


def _means(family: Iterable[Finished]) -> dict[str, float]:
    """The mean over seeds of every metric, as `unit/metric`, of the seconds per stage and of the cost."""
    values: dict[str, list[float]] = defaultdict(list)
    for record in family:
        for unit, metrics in record.metrics.items():
            for name, bounded in metrics.items():
                if bounded.value is not None:
                    values[f"{unit}/{name}"].append(bounded.value)
        cost = record.cost.model_dump() if record.cost else {}
        for kind, amounts in (("seconds", record.seconds), ("cost", cost)):
            for name, amount in cost_numbers(amounts).items():
                values[f"{kind}/{name}"].append(amount)
    return {name: sum(found) / len(found) for name, found in values.items()}

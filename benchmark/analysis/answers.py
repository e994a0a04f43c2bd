"""What a grid's finished records say: learning curves, controls and the head-to-head."""

from dataclasses import dataclass
from typing import Any

from benchmark.analysis.head_to_head import head_to_head
from benchmark.analysis.learning_curves import Point, curve_points, ordinary
from benchmark.grid.schema import Grid
from benchmark.store.records import CONTROL, Record, Records


@dataclass(frozen=True)
class Answers:
    """What a grid's finished records say: points of learning curves and of controls, and the head-to-head."""

    finished: list[Record]
    points: list[Point]
    controls: list[Point]
    head_to_head: list[Point]

    @classmethod
    def of(cls, grid: Grid, records: Records, finished: list[Record]) -> "Answers":
        """Work out what the grid's folder does not hold yet."""
        primary = grid.evaluation
        settings: dict[str, Any] = {
            "metric": primary.primary,
            "unit": primary.unit,
            "confidence": primary.confidence,
            "resamples": primary.resamples,
        }
        points = curve_points(records, finished, **settings)
        controls = [point for point in points if point.get(CONTROL)]
        return cls(finished, ordinary(points), controls, head_to_head(records, finished, **settings))

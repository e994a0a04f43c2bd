"""How long work should take: as its like took before, else a first guess."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from benchmark.cells import Cell

# Seconds of one core to select and fit on 1,000 images, and the power of the image count that it grows
# with: where `plan` begins before the workspace holds measured cells of the same classifier.
_FIRST_GUESS = {
    "logistic_regression": (1.0, 1.0),
    "linear_svm": (1.0, 1.0),
    "rbf_svm": (2.0, 2.0),
    "xgboost": (15.0, 1.0),
    "majority": (0.1, 0.0),
}

FIRST_GUESS_MS = {"feature_extraction": 50.0, "hand_crafted": 20.0}  # per image, four cores, 224 pixels


class CellTimes:
    """How long a cell takes: as its like in the records took, else a first guess."""

    def __init__(self, records: Iterable[Mapping[str, Any]]) -> None:
        self._measured: dict[str, list[tuple[int, float]]] = {}
        for record in records:
            point = (int(record["counts"]["train_images"]), float(sum(record["seconds"].values())))
            self._measured.setdefault(record["classifier"], []).append(point)

    def seconds(self, cell: Cell, images: int) -> float:
        """Seconds of one core for a cell of this many images."""
        base, power = _FIRST_GUESS.get(cell.classifier, (10.0, 1.0))
        near = self._measured.get(cell.classifier)
        if not near:
            return float(base * (images / 1000) ** power)
        measured_images, _ = min(near, key=lambda point: abs(np.log(point[0] / images)))
        like = [seconds for n, seconds in near if n == measured_images]
        return float(np.mean(like) * (images / measured_images) ** power)

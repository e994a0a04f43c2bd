"""How long work should take: as its like took before, else a first guess."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from benchmark.grid.cells import Cell
from classifiers.fine_tuning.recipes import END_TO_END

# Seconds of one core to select and fit on 1,000 images, and the power of the image count that it grows
# with: where `plan` begins before the workspace holds measured cells of the same classifier.
_FIRST_GUESS = {
    "logistic_regression": (1.0, 1.0),
    "linear_svm": (1.0, 1.0),
    "rbf_svm": (2.0, 2.0),
    "xgboost": (15.0, 1.0),
    "majority": (0.1, 0.0),
}
_FIRST_GUESS_EPOCH = 150.0  # the same for one epoch of 1,000 images of a mid-sized network at 224 pixels


class CellTimes:
    """How long a cell takes: as its like in the records took (of a control its own), else a first guess."""

    def __init__(self, records: Iterable[Mapping[str, Any]]) -> None:
        self._measured: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for record in records:
            threads = record.get("training", {}).get("threads", 1)  # a fine-tuning has them to itself
            point = (int(record["counts"]["train_images"]), threads * float(sum(record["seconds"].values())))
            kind = record.get("control", ""), _kind(record["backbone"], record["classifier"])
            self._measured.setdefault(kind, []).append(point)

    def seconds(self, cell: Cell, images: int) -> float:
        """Seconds of one core for a cell of this many images."""
        if cell.recipe:
            smaller = ((cell.recipe.resolution or 224) / 224) ** 2
            base, power = _FIRST_GUESS_EPOCH * cell.recipe.most_epochs() * smaller, 1.0
        else:
            base, power = _FIRST_GUESS[cell.classifier]
        kind = _kind(cell.backbone, cell.classifier)
        near = self._measured.get((cell.control, kind)) or self._measured.get(("", kind))
        if not near:
            return float(base * (images / 1000) ** power)
        measured_images, _ = min(near, key=lambda point: abs(np.log(point[0] / images)))
        like = [seconds for n, seconds in near if n == measured_images]
        return float(np.mean(like) * (images / measured_images) ** power)


def _kind(backbone: str, classifier: str) -> str:
    """What takes equally long: a classifier on any embedding, but each network by itself."""
    return f"{backbone} {classifier}" if classifier == END_TO_END else classifier

"""Estimate the time of cells from similar finished cells, or from a first guess."""

import math
from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

from benchmark.grid.cells import Cell
from benchmark.store.record import Finished
from classifiers.catalogue import CLASSIFIERS

# Seconds of one core for one epoch of 1,000 images of a mid-sized network at 224 pixels. A rough guess, used
# until the workspace has measured cells of the same network.
_FIRST_GUESS_EPOCH = 150.0
_FIRST_GUESS_PROBE = 3.0  # the same for an attentive probe on stored tokens
_UNKNOWN = (1.0, 1.0)  # for a classifier that is not registered any more: as logistic regression


class CellTimes:
    """Estimate the time of a cell from similar recorded cells, or from a first guess."""

    def __init__(self, records: Iterable[Finished], image_size: int = 224) -> None:
        """`image_size`: the side of the stored images, on which recipes without a resolution train."""
        self._image_size = image_size
        # By control and kind of cell: the core seconds that were measured with each number of images.
        self._measured: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
        for record in records:
            threads = record.training.threads if record.training else 1  # a fine-tuning uses all of them
            tuned = record.backbone if record.training else ""
            kind = record.control, _kind(record.classifier, tuned)
            seconds = threads * sum(record.seconds.values())
            self._measured[kind][max(1, record.counts.train_images)].append(seconds)

    def seconds(self, cell: Cell, images: int) -> float:
        """Core seconds of a cell with this many training images."""
        kind = _kind(cell.classifier, cell.backbone if cell.recipe else "")
        near = self._measured.get((cell.control, kind)) or self._measured.get(("", kind))
        if not near:
            return _first_guess(cell, self._image_size) * _work(cell, images)
        measured_images = min(near, key=lambda count: abs(math.log(count / images)))
        return fmean(near[measured_images]) * _work(cell, images) / _work(cell, measured_images)


def _first_guess(cell: Cell, image_size: int) -> float:
    """Core seconds per unit of `_work`."""
    if cell.recipe and cell.recipe.reads_tokens:
        return _FIRST_GUESS_PROBE
    if cell.recipe:
        return _FIRST_GUESS_EPOCH * ((cell.recipe.resolution or image_size) / 224) ** 2
    known = CLASSIFIERS.get(cell.classifier)
    return (known.first_guess if known else _UNKNOWN)[0]


def _work(cell: Cell, images: int) -> float:
    """How the time of a cell grows: 1 for 1,000 images, or for one epoch of them."""
    if cell.recipe:
        return cell.recipe.most_epochs(images) * images / 1000
    known = CLASSIFIERS.get(cell.classifier)
    _, power = known.first_guess if known else _UNKNOWN
    return float((images / 1000) ** power)


def _kind(classifier: str, tuned: str) -> str:
    """The key of cells with similar times: the classifier; for fine-tuning, the network too."""
    return f"{tuned} {classifier}" if tuned else classifier

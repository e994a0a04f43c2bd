"""The one cell of a strategy whose single predictions are shown, and where its images lie."""

from pathlib import Path

from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.datasets.names import EVERY_PART
from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.store.record import Finished
from benchmark.store.workspace import Workspace
from classifiers.catalogue import learns
from results.labels import look_of


def shown_cell(evaluated: ResampledCells, strategy: str) -> Finished:
    """What training folds choose of a strategy: main body part, largest size, first seed.

    Raises ValueError where it has no finished cell there.
    """
    setting = evaluated.largest[evaluated.main_part]
    for record in leaders(evaluated, setting):
        if record.strategy == strategy:
            return record
    raise ValueError(f"no cell of {look_of(strategy).label} is finished at the largest size")


def judges(evaluated: ResampledCells, shown: Finished) -> dict[str, Finished]:
    """By body part, the cell that judges its test images, all with the extractor and seed of `shown`.

    That is `shown` alone where it is of all body parts; else of each part what training folds choose among
    the classifiers of the extractor at the largest size, where one is finished.
    """
    if shown.body_part == EVERY_PART:
        return {EVERY_PART: shown}
    axes = shown.strategy, shown.backbone, shown.seed
    own = [
        record
        for setting in evaluated.largest.values()
        for record in evaluated.by_setting[setting]
        if (record.strategy, record.backbone, record.seed) == axes and learns(record.classifier)
    ]
    return {record.body_part: record for record in chosen_on_training_folds(own)}


def cache_of(evaluated: ResampledCells) -> Path:
    """The cache of the workspace that holds the cells."""
    return Workspace(evaluated.records.folder.parent).cache

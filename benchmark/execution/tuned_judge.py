"""Judge other images by a fine-tuned network, as it was when its cell was finished."""

from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.execution.external_results import Judge
from benchmark.execution.job import Job
from benchmark.execution.plan import PlannedCell
from benchmark.execution.tuned_network import tuned_network_of
from benchmark.store.kept_calibrations import read_calibration
from benchmark.store.kept_models import TunedHead, read_model
from benchmark.store.record import Finished
from classifiers.fine_tuning.prediction import predict
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.task_calibration import TaskCalibration
from classifiers.label_problems import LabelProblems
from classifiers.selection import Floats
from extractors.specs import BackboneSpec
from results.label_tasks import LabelTask


def head_of(recipe: Recipe, weights: Path) -> TunedHead:
    """What the network of a recipe has beside its backbone."""
    return TunedHead(recipe.head, recipe.resolution, weights, recipe.reads_tokens)


def kept_judge(planned: PlannedCell, job: Job, record: Finished) -> Judge | None:
    """What judges other images by the kept network of a finished cell; None without one.

    Raises UserError for damaged files.
    """
    cell, task = planned.cell, record.label_task
    if not isinstance(cell.extractor, BackboneSpec) or cell.recipe is None:
        return None
    if not task.is_binary:
        found = read_calibration(job.records, record)
        if found is None:
            return None
        weights, sigmoids = found
        calibrate = TaskCalibration(LabelProblems(task.kind, task.classes), sigmoids)
        return network_judge(cell.extractor, head_of(cell.recipe, weights), calibrate, task, job)
    if not job.records.has_model(record.cell):
        return None
    kept = read_model(job.records, record)
    return (
        network_judge(cell.extractor, kept.tuned, kept.classifier.calibrate, task, job)
        if kept.tuned
        else None
    )


def network_judge(spec: BackboneSpec, head: TunedHead, calibrate: Judge, task: LabelTask, job: Job) -> Judge:
    """Probabilities of pixels (n, size, size) by a network from its weights file, loaded once.

    `calibrate` makes them of its log odds, or of its outputs for several classes.
    """
    size, outputs = job.plan.grid.image.size, None
    if not task.is_binary:
        outputs = len(LabelProblems(task.kind, task.classes).names)
    network = cache(partial(tuned_network_of, spec, head, size, job.device, outputs=outputs))

    def judge(pixels: NDArray[Any]) -> Floats:
        backbone, tuned = network()
        odds = predict(backbone, tuned, pixels, np.arange(len(pixels)), head.resolution)
        return calibrate(odds)

    return judge

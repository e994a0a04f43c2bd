"""Fine-tuning: pixels in, probabilities out, the backbone's weights changed; resumable after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit

from classifiers.fine_tuning.checkpoints import Epoch
from classifiers.fine_tuning.data import Part, TrainingImages
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.schedules import best_epoch, merit
from classifiers.fine_tuning.training import DivergedError, Training
from classifiers.fit import Fit, Scores, calibrate, choose_threshold
from classifiers.selection import make_folds
from extractors.backbones import load_backbone
from extractors.devices import begin_peak_memory, device_name, peak_memory
from extractors.specs import BackboneSpec
from extractors.weights import save_state

WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, eq=False)
class TuningTask:
    """A backbone, a recipe and the images of one cell.

    `checkpoints` is a folder of this task's own; `watch` is told the numbers of each finished epoch.
    """

    spec: BackboneSpec
    recipe: Recipe
    images: TrainingImages
    seed: int
    device: torch.device
    checkpoints: Path
    watch: Callable[[Epoch], None] = lambda epoch: None


@dataclass(frozen=True)
class Tuned:
    """The fit, every epoch's numbers, the file of the best weights, and how it was computed."""

    fit: Fit
    history: list[Epoch]
    weights: Path
    facts: dict[str, Any]


def fine_tune(task: TuningTask) -> Tuned:
    """Train within the N images, keep the best epoch of their validation part, predict the test rows.

    A list of learning rates is searched by the same validation part; probabilities are calibrated and
    the threshold is chosen on it. A rate whose loss breaks is not taken. Raises ValueError for weights or
    layers that do not fit the network and too few patients for a validation part, and DivergedError when
    every loss breaks.
    """
    train, validation = _parts(task)
    begin_peak_memory(task.device)
    best: Training | None = None
    history: list[Epoch] = []
    broken: dict[float, DivergedError] = {}
    for rate in _rates(task.recipe):
        training, before = _training(task, rate, train, validation), len(history)
        try:
            training.run(lambda epoch, before=before: task.watch(_numbered(epoch, before)))  # type: ignore[misc]
        except DivergedError as error:
            broken[rate] = error
        else:
            if best is None or _merit(training) > _merit(best):
                best = training
        history += [_numbered(epoch, before) for epoch in training.history]
    if best is None:
        raise next(iter(broken.values()))
    fitted = perf_counter()
    best.finish()
    validated = best.predict(validation.rows)
    began = perf_counter()
    odds = best.predict(task.images.test_rows)
    predicted = perf_counter()
    held_out, probabilities = _calibrated(validated, validation.image_labels, odds)
    threshold = choose_threshold(validation.labels, validation.unit_means(held_out))
    tried, taken = (sum(epoch["seconds"] for epoch in epochs) for epochs in (history, best.history))
    calibrated = perf_counter()
    save_state(best.best, task.checkpoints / WEIGHTS)
    chosen = best_epoch(best.history, task.recipe.select)
    stage = best.recipe.each_stage()[chosen["stage"]]
    fit = Fit(
        probabilities=probabilities,
        parameters={
            "learning_rate": stage.learning_rate[0],
            "best_epoch": chosen["epoch"],
            "epochs": len(best.history),
        },
        selection_auroc=chosen["validation_auroc"],
        threshold=threshold,
        seconds={
            "select": tried - taken,  # the learning rates that were not taken
            "fit": taken + began - fitted + calibrated - predicted,
            "predict": predicted - began,
        },
        bytes_on_disk=(task.checkpoints / WEIGHTS).stat().st_size,
    )
    facts = _facts(best, len(train.rows), len(validation.rows)) | {"diverged_rates": list(broken)}
    return Tuned(fit, history, task.checkpoints / WEIGHTS, facts)


def _parts(task: TuningTask) -> tuple[Part, Part]:
    """The rows that are trained on, and those that stop, select and calibrate: apart by patient."""
    images, recipe = task.images, task.recipe
    fold = make_folds(images.labels, images.groups, task.seed, round(1 / recipe.validation_share))[0]
    train, validation = (images.part(rows, recipe.views == "study") for rows in fold)
    return train, validation


def _rates(recipe: Recipe) -> list[float]:
    """The learning rates to search: those of the one stage that has several."""
    stages = recipe.each_stage()
    return next((s.learning_rate for s in stages if len(s.learning_rate) > 1), stages[-1].learning_rate)


def _training(task: TuningTask, rate: float, train: Part, validation: Part) -> Training:
    return Training(
        backbone=load_backbone(task.spec, size=_side(task), device=task.device),
        recipe=_with_rate(task.recipe, rate),
        pixels=task.images.pixels,
        train=train,
        validation=validation,
        seed=task.seed,
        folder=task.checkpoints / f"rate-{rate:g}",
    )


def _side(task: TuningTask) -> int:
    """The side in pixels of what the network sees. Raises ValueError for more than is stored."""
    stored, wanted = int(task.images.pixels.shape[1]), task.recipe.resolution
    if wanted and wanted > stored:
        raise ValueError(f"recipe.resolution: {wanted} is above the {stored} pixels of image.size")
    return wanted or stored


def _numbered(epoch: Epoch, before: int) -> Epoch:
    """The epoch with its step: how many there are with it, all learning rates counted."""
    return {"step": before + epoch["epoch"], **epoch}


def _with_rate(recipe: Recipe, rate: float) -> Recipe:
    """The recipe with its searched list replaced by one of its rates."""
    stages = [
        stage.model_copy(update={"learning_rate": [rate]}) if len(stage.learning_rate) > 1 else stage
        for stage in recipe.each_stage()
    ]
    return recipe.model_copy(update={"stages": stages})


def _merit(training: Training) -> tuple[float, float]:
    select = training.recipe.select
    return merit(best_epoch(training.history, select), select)


def _calibrated(held_out: Scores, labels: NDArray[np.int64], odds: Scores) -> tuple[Scores, Scores]:
    """Log odds to probabilities by Platt's sigmoid on the validation images, given two of each class."""
    if min(np.bincount(labels, minlength=2)) < 2:
        return expit(held_out), expit(odds)
    return calibrate(held_out, labels, [(np.arange(0), np.arange(len(labels)))], odds)


def _facts(training: Training, train: int, validation: int) -> dict[str, Any]:
    device = training.backbone.device
    return {
        "device": device_name(device),
        "precision": "bfloat16" if device.type == "cuda" else "float32",
        "threads": torch.get_num_threads(),
        "micro_batch": training.micro_batch,
        "trained_on": train,
        "validated_on": validation,
        "peak_memory_bytes": peak_memory(device),
    }

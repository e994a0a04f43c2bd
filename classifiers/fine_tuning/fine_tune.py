"""Fine-tune a backbone on the images of one cell, searching learning rates; resumable after each epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit

from classifiers.fine_tuning.checkpoints import EpochNumbers
from classifiers.fine_tuning.data import Part, TrainingImages
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.schedules import best_epoch, selection_key
from classifiers.fine_tuning.training import DivergedError, Training
from classifiers.fitting import Fit, calibrate, choose_threshold
from classifiers.names import WEIGHTS
from classifiers.selection import Floats, make_folds
from extractors.backbones import load_backbone
from extractors.devices import begin_peak_memory, device_name, peak_memory
from extractors.specs import BackboneSpec
from extractors.weights import save_state

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class TuningTask:
    """A backbone, a recipe and the images of one cell.

    `checkpoints` is a folder of this task's own; `on_epoch` is called with the numbers of each finished
    epoch.
    """

    spec: BackboneSpec
    recipe: Recipe
    images: TrainingImages
    seed: int
    device: torch.device
    checkpoints: Path
    on_epoch: Callable[[EpochNumbers], None] = lambda epoch: None


@dataclass(frozen=True)
class Tuned:
    """The result of a fine-tuning: fit, numbers of all epochs, file of the best weights, and facts."""

    fit: Fit
    history: list[EpochNumbers]
    weights: Path
    facts: dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Search:
    """The best training, the epochs of all learning rates, and the rates whose loss diverged."""

    best: Training
    history: list[EpochNumbers]
    diverged: list[float]


def fine_tune(task: TuningTask) -> Tuned:
    """Train on the training images, keep the best epoch on their validation part, predict the test rows.

    The validation part is also used to choose among several learning rates, to calibrate and to choose the
    threshold. A rate whose loss diverges is rejected. Raises ValueError for weights or layers that do not fit
    the network and for too few patients, and DivergedError when the loss diverges with every rate.
    """
    train, validation = _parts(task)
    begin_peak_memory(task.device)
    search = _search(task, train, validation)
    fit = _conclude(task, search, validation)
    facts = _facts(search.best, len(train.rows), len(validation.rows)) | {"diverged_rates": search.diverged}
    return Tuned(fit, search.history, task.checkpoints / WEIGHTS, facts)


def _search(task: TuningTask, train: Part, validation: Part) -> _Search:
    """Train with each learning rate. Raises DivergedError when the loss diverges with every one."""
    best: Training | None = None
    history: list[EpochNumbers] = []
    diverged: dict[float, DivergedError] = {}
    for rate in _rates(task.recipe):
        training, before = _training(task, rate, train, validation), len(history)

        def on_epoch(epoch: EpochNumbers, before: int = before) -> None:
            task.on_epoch(_numbered(epoch, before))

        try:
            training.run(on_epoch)
        except DivergedError as error:
            diverged[rate] = error
        else:
            if best is None or _selection_key(training) > _selection_key(best):
                best = training
        history += [_numbered(epoch, before) for epoch in training.history]
    if best is None:
        raise next(iter(diverged.values()))
    return _Search(best, history, list(diverged))


def _conclude(task: TuningTask, search: _Search, validation: Part) -> Fit:
    """Predict the test rows with the best weights, calibrate, choose a threshold, and save the weights."""
    best, weights = search.best, task.checkpoints / WEIGHTS
    validated, validating = _timed(lambda: _predict_best(best, validation.rows))
    odds, predicting = _timed(lambda: best.predict(task.images.test_rows))
    (probabilities, threshold), calibrating = _timed(lambda: _calibrated(validated, validation, odds))
    save_state(best.best, weights)
    chosen = best_epoch(best.history, task.recipe.select)
    taken = _seconds(best.history)
    return Fit(
        probabilities=probabilities,
        parameters={
            "learning_rate": best.recipe.each_stage()[chosen["stage"]].learning_rate[0],
            "best_epoch": chosen["epoch"],
            "epochs": len(best.history),
        },
        selection_auroc=chosen["validation_auroc"],
        threshold=threshold,
        seconds={
            "select": _seconds(search.history) - taken,  # the rejected learning rates
            "fit": taken + validating + calibrating,
            "predict": predicting,
        },
        bytes_on_disk=weights.stat().st_size,
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """Call `work`; returns its result and its seconds."""
    began = perf_counter()
    result = work()
    return result, perf_counter() - began


def _seconds(history: list[EpochNumbers]) -> float:
    return float(sum(epoch["seconds"] for epoch in history))


def _predict_best(training: Training, rows: NDArray[np.intp]) -> Floats:
    training.load_best()
    return training.predict(rows)


def _parts(task: TuningTask) -> tuple[Part, Part]:
    """Split the rows by patient: for training, and for stopping, selection and calibration."""
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
    """The side in pixels of the network's input. Raises ValueError when the stored images are smaller."""
    stored, wanted = int(task.images.pixels.shape[1]), task.recipe.resolution
    if wanted and wanted > stored:
        raise ValueError(f"recipe.resolution: {wanted} is above the {stored} pixels of image.size")
    return wanted or stored


def _numbered(epoch: EpochNumbers, before: int) -> EpochNumbers:
    """Add `step`: the number of epochs so far, over all learning rates."""
    return {"step": before + epoch["epoch"], **epoch}


def _with_rate(recipe: Recipe, rate: float) -> Recipe:
    """The recipe with its searched list replaced by one of its rates."""
    stages = [
        stage.model_copy(update={"learning_rate": [rate]}) if len(stage.learning_rate) > 1 else stage
        for stage in recipe.each_stage()
    ]
    return recipe.model_copy(update={"stages": stages})


def _selection_key(training: Training) -> tuple[float, float]:
    select = training.recipe.select
    return selection_key(best_epoch(training.history, select), select)


def _calibrated(validated: Floats, validation: Part, odds: Floats) -> tuple[Floats, float]:
    """The probabilities of the test images, and the threshold between the validation part's units.

    Log odds become probabilities by Platt's sigmoid of the validation images, given two of each class.
    """
    labels = validation.image_labels
    if min(np.bincount(labels, minlength=2)) < 2:
        held_out, probabilities = expit(validated), expit(odds)
    else:
        one_fold = [(np.arange(0), np.arange(len(labels)))]
        held_out, calibrated = calibrate(validated, labels, one_fold)
        probabilities = calibrated(odds)
    return probabilities, choose_threshold(validation.labels, validation.unit_means(held_out))


def _facts(training: Training, train: int, validation: int) -> dict[str, Any]:
    device = training.backbone.device
    return {
        "device": device_name(device),
        "precision": "bfloat16" if device.type == "cuda" else "float32",
        "threads": torch.get_num_threads(),
        "micro_batch": training.gradients.micro_batch,
        "trained_on": train,
        "validated_on": validation,
        "peak_memory_bytes": peak_memory(device),
    }

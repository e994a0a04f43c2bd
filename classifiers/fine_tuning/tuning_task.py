"""The input and the result of a fine-tuning, and what its ways to choose have in common."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch

from classifiers.calibration import OF_LOG_ODDS, Units, calibrate, choose_threshold
from classifiers.conformal import HeldOut
from classifiers.familiarity import REFERENCES, Familiarity, familiarity_of
from classifiers.fine_tuning.attentive_probe import probe_of_tokens
from classifiers.fine_tuning.checkpoints import EpochNumbers
from classifiers.fine_tuning.data import Part, TrainingImages
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.task_calibration import HeldOutOutputs, TaskCalibration, calibrate_task
from classifiers.fine_tuning.training import Training
from classifiers.fitted_model import FittedModel
from classifiers.fitting import Fit
from classifiers.names import WEIGHTS
from classifiers.selection import Floats, Folds, Rows
from extractors.backbones import Backbone, load_backbone
from extractors.devices import device_name, peak_memory
from extractors.sources import why_fixed
from extractors.specs import BackboneSpec
from extractors.weights import State, save_state


@dataclass(frozen=True, eq=False)
class Unseen:
    """Log odds (n,) of images that their network has not seen: `members` (n,) of the N, in `folds`.

    Of several classes, the network's outputs (n, problems).
    """

    odds: Floats
    members: Rows
    folds: Folds


@dataclass(frozen=True)
class Choice:
    """The chosen settings, their AUROC on unseen images, and the seconds of choosing and training."""

    parameters: dict[str, Any]
    auroc: float
    select_seconds: float
    fit_seconds: float


@dataclass(frozen=True, eq=False)
class _Judged:
    """Probabilities (m,) of the test rows and the threshold; of several classes (m, classes)."""

    probabilities: Floats
    threshold: float
    model: FittedModel | None
    thresholds: dict[str, float] = field(default_factory=dict)
    judge: TaskCalibration | None = None


@dataclass(frozen=True, eq=False)
class TuningTask:
    """A backbone, a recipe and the images of one cell, or their tokens where the recipe `reads_tokens`.

    `checkpoints` is a folder of this task's own. With `by_study`, probabilities are calibrated and the
    threshold is chosen per study (mean over its images), else per image. `on_epoch` is called with the
    numbers of each epoch of the result's history, `on_trained` after each pass over training images: with
    folds there are more of these. `size` is the side in pixels of images whose tokens are given.
    """

    spec: BackboneSpec
    recipe: Recipe
    images: TrainingImages
    seed: int
    device: torch.device
    checkpoints: Path
    on_epoch: Callable[[EpochNumbers], None] = lambda epoch: None
    on_trained: Callable[[], None] = lambda: None
    by_study: bool = False
    size: int = 0

    @property
    def weights(self) -> Path:
        """The file of the kept network's weights."""
        return self.checkpoints / WEIGHTS

    def familiarity(self, kept: Training) -> Familiarity:
        """The distances among training images before the kept network's head."""
        rows = self.images.rows[:REFERENCES]
        return familiarity_of(kept.features(rows), self.images.groups[: len(rows)])

    def part(self, members: Rows) -> Part:
        """Some of the N images in the units of the recipe's loss."""
        return self.images.part(members, self.recipe.views == "study")

    def training(
        self,
        recipe: Recipe,
        train: Part,
        validation: Part | None,
        name: str,
        *,
        keep_best: bool = True,
        last_epoch: int | None = None,
    ) -> Training:
        """A training from the pretrained weights; `name` is the folder of its checkpoints.

        Raises ValueError as `load_backbone`, and for a source whose networks cannot be trained.
        """
        return Training(
            backbone=self._backbone(),
            recipe=recipe,
            pixels=self.images.pixels,
            train=train,
            validation=validation,
            seed=self.seed,
            folder=self.checkpoints / name,
            keep_best=keep_best,
            last_epoch=last_epoch,
        )

    def fit_of(self, kept: Training, unseen: Unseen, choice: Choice) -> Fit:
        """Predict the test rows with the kept network, calibrate by `unseen`, and write the weights file."""
        began = perf_counter()
        odds = kept.predict(self.images.test_rows)
        predicted = perf_counter()
        found = self._judged(odds, unseen)
        calibrated = perf_counter()
        save_state({**kept.best, **self._frozen_state()}, self.weights)
        return Fit(
            probabilities=found.probabilities,
            parameters=choice.parameters,
            selection_auroc=choice.auroc,
            threshold=found.threshold,
            seconds={
                "select": choice.select_seconds,
                "fit": choice.fit_seconds + calibrated - predicted,
                "predict": predicted - began,
            },
            bytes_on_disk=self.weights.stat().st_size,
            model=found.model,
            thresholds=found.thresholds,
            judge=found.judge,
        )

    def _judged(self, odds: Floats, unseen: Unseen) -> _Judged:
        """The test rows' probabilities and the thresholds, by what the networks of folds gave."""
        images = self.images
        if images.problems is None or images.truth is None:
            model, threshold = self.calibrated(unseen)
            return _Judged(model.calibrate(odds), threshold, model)
        members = unseen.members
        units = Units.of(images.studies[members] if self.by_study else None, len(members))
        held = HeldOutOutputs(unseen.odds, images.truth[members], unseen.folds, units)
        calibration, thresholds = calibrate_task(held, images.problems)
        return _Judged(calibration(odds), 0.5, None, thresholds, calibration)

    def _backbone(self) -> Backbone:
        """The network to train."""
        if self.recipe.reads_tokens:
            return probe_of_tokens(self.spec, self.images.pixels.shape[2], self.seed, self.device)
        if problem := why_fixed(self.spec.name):
            raise ValueError(problem)
        return load_backbone(self.spec, size=self._side(), device=self.device)

    def _frozen_state(self) -> State:
        """The weights of the network whose tokens were read, which belong to the kept network; else none."""
        if not self.recipe.reads_tokens:
            return {}
        frozen = load_backbone(self.spec, size=self.size, device=torch.device("cpu")).network.state_dict()
        return {f"backbone.network.{name}": value.clone() for name, value in frozen.items()}

    def _side(self) -> int:
        """The side in pixels of the network's input. Raises ValueError when the stored images are smaller."""
        stored, wanted = int(self.images.pixels.shape[1]), self.recipe.resolution
        if wanted and wanted > stored:
            raise ValueError(f"recipe.resolution: {wanted} is above the {stored} pixels of image.size")
        return wanted or stored

    def calibrated(self, unseen: Unseen) -> tuple[FittedModel, float]:
        """What makes probabilities of the kept network's log odds, and the threshold.

        With fewer than two units of a class, log odds become probabilities as they are.
        """
        members = unseen.members
        labels, patients = self.images.labels[members], self.images.groups[members]
        units = Units.of(self.images.studies[members] if self.by_study else None, len(members))
        if min(np.bincount(units.labels(labels), minlength=2)) < 2:
            known, sigmoid = OF_LOG_ODDS(unseen.odds), OF_LOG_ODDS
        else:
            known, sigmoid = calibrate(unseen.odds, labels, unseen.folds, units)
        held_out = HeldOut.of(known, labels, patients, units)
        threshold = choose_threshold(held_out.labels, held_out.probabilities)
        return FittedModel(None, None, sigmoid, held_out), threshold


@dataclass(frozen=True)
class Tuned:
    """The result of a fine-tuning: fit, numbers of all epochs, file of the kept weights, and facts."""

    fit: Fit
    history: list[EpochNumbers]
    weights: Path
    facts: dict[str, Any]
    familiarity: Familiarity


def facts_of(training: Training) -> dict[str, Any]:
    """How the kept network was trained: device, precision, threads, memory, parameters, updates.

    `weights_renamed` says how the names in its weights file were changed, where they were, and
    `weights_licence` the licence of the weights that it began with, where its source knows it.
    """
    device, renamed = training.backbone.device, training.backbone.renamed
    licence = training.backbone.licence
    return {
        **({"weights_renamed": renamed} if renamed else {}),
        **({"weights_licence": licence} if licence else {}),
        "device": device_name(device),
        "precision": "bfloat16" if device.type == "cuda" else "float32",
        "threads": torch.get_num_threads(),
        "micro_batch": training.gradients.micro_batch,
        "updates": sum(epoch["updates"] for epoch in training.history),
        "peak_memory_bytes": peak_memory(device),
        **asdict(training.footprint),
    }


def seconds_of(history: list[EpochNumbers]) -> float:
    """The seconds of these epochs."""
    return float(sum(epoch["seconds"] for epoch in history))

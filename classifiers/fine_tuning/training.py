"""Train one network: epochs with validation and checkpoints, resumable after a kill."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from classifiers.fine_tuning import checkpoints
from classifiers.fine_tuning.augmentation import draw
from classifiers.fine_tuning.averaging import update_average
from classifiers.fine_tuning.checkpoints import Checkpoint, EpochNumbers
from classifiers.fine_tuning.data import Part
from classifiers.fine_tuning.footprint import footprint_of
from classifiers.fine_tuning.gradients import BatchGradients
from classifiers.fine_tuning.layers import TunedNetwork, choose_trainable, optimiser, set_modes
from classifiers.fine_tuning.losses import mean_loss, unit_weights
from classifiers.fine_tuning.low_rank import add_low_rank, merge_low_rank
from classifiers.fine_tuning.prediction import features, predict
from classifiers.fine_tuning.recipes import Recipe, Stage
from classifiers.fine_tuning.schedules import best_epoch, is_over, rate_factor
from classifiers.fine_tuning.task_outputs import (
    class_probabilities,
    class_weights,
    mean_task_loss,
    task_scores,
)
from classifiers.selection import Floats, Rows
from extractors.backbones import Backbone
from extractors.weights import State


class DivergedError(ValueError):
    """The loss of a training is no longer a number."""


@dataclass(frozen=True, eq=False)
class _RunningStage:
    """The state of a stage during training: its epochs, optimiser and, with `ema`, averaged network."""

    number: int
    stage: Stage
    done: list[EpochNumbers]
    optimiser: torch.optim.Optimizer
    average: AveragedModel | None

    def set_rates(self, epochs: float) -> None:
        """Set the learning rates for a step after `epochs` (with fraction) of the stage."""
        losses = [epoch["validation_loss"] for epoch in self.done if "validation_loss" in epoch]
        factor = rate_factor(self.stage, epochs, losses)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * factor


class Training:
    """A network, its recipe and its data; after `run`, `best` holds the weights that are kept.

    With `keep_best` these are the weights of the epoch that is best on the validation part, else those of the
    last epoch, no stage stops early, and `validated` holds the log odds (n,) of the validation images after
    each epoch. Without a validation part nothing is validated. The training ends after `last_epoch` epochs
    where that is given.
    `history` holds the numbers of each epoch. `evaluated` is the network that is validated and kept: the
    one that is trained or, with `recipe.ema`, its averaged copy. Low-rank changes (`lora`) are merged into
    the weights at the end. Raises ValueError for layers or parameters that the network lacks.
    """

    def __init__(
        self,
        *,
        backbone: Backbone,
        recipe: Recipe,
        pixels: NDArray[Any],
        train: Part,
        validation: Part | None,
        seed: int,
        folder: Path,
        keep_best: bool = True,
        last_epoch: int | None = None,
    ) -> None:
        self.backbone, self.recipe = backbone, recipe
        self.history: list[EpochNumbers] = []
        self.best: State = {}
        self.validated: list[Floats] = []
        self._pixels, self._train, self._validation = pixels, train, validation
        self._keep_best, self._last_epoch = keep_best, last_epoch
        self._seed, self._folder, self._saved = seed, folder, perf_counter()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            outputs = None if train.problems is None else len(train.problems.names)
            self.network = TunedNetwork(backbone, recipe.head, outputs)
            if recipe.uses_lora:
                add_low_rank(self.network.backbone, recipe.lora)
            self.network.to(backbone.device)
        self.evaluated = self.network
        self.footprint = footprint_of(self.network, recipe)
        self.gradients = BatchGradients(backbone, self.network, recipe, pixels, train)

    def run(self, on_epoch: Callable[[EpochNumbers], None]) -> None:
        """Train the remaining epochs, from the last checkpoint when there is one.

        `on_epoch` is called with the numbers of each epoch, after its checkpoint, if it has one: see `_save`.
        At the end the network has the kept weights, also when no epoch was left to train. Those of a
        finished fold are not kept, since nothing asks for them. Raises DivergedError.
        """
        saved = checkpoints.load(self._folder)
        if saved:
            self.history, self.best = saved.history, saved.best
            self.validated = [odds.numpy() for odds in saved.validated]
            self.gradients.micro_batch = saved.micro_batch
        stages = self.recipe.each_stage()
        for number, stage in enumerate(stages):
            done = [epoch for epoch in self.history if epoch["stage"] == number]
            if self._is_over(stage, done):
                continue
            running = self._begin(number, stage, done, saved if done else None)
            while not self._is_over(stage, done):
                epoch = self._epoch(running)
                done.append(epoch)
                self.history.append(epoch)
                if not self._keep_best or best_epoch(self.history, self.recipe.select) is epoch:
                    self.best = _copy(self.evaluated.state_dict())
                self._save(running, ends=self._is_over(stage, done) and self._is_last(number))
                on_epoch(epoch)
        if self.best:
            self._load_best()

    def _is_over(self, stage: Stage, done: list[EpochNumbers]) -> bool:
        if self._keep_best:
            return is_over(stage, done, self.recipe.select)
        return self._is_complete() or len(done) >= stage.epochs

    def _is_complete(self) -> bool:
        return self._last_epoch is not None and len(self.history) >= self._last_epoch

    def _is_last(self, stage: int) -> bool:
        return self._is_complete() or stage == len(self.recipe.each_stage()) - 1

    def _load_best(self) -> None:
        self.network.load_state_dict(self.best)
        self.evaluated = self.network
        if self.recipe.uses_lora:
            merge_low_rank(self.network)
            self.best = _copy(self.network.state_dict())

    def predict(self, rows: Rows) -> Floats:
        """The log odds (n,) of these rows of the pixel store, by the network `evaluated`."""
        return predict(self.backbone, self.evaluated, self._pixels, rows, self.recipe.resolution)

    def features(self, rows: Rows) -> NDArray[np.float32]:
        """What the head of the network `evaluated` is given for these rows: (n, width) float32."""
        return features(self.backbone, self.evaluated, self._pixels, rows, self.recipe.resolution)

    def _begin(
        self, number: int, stage: Stage, done: list[EpochNumbers], saved: Checkpoint | None
    ) -> _RunningStage:
        """Set up a stage from its last checkpoint, or else from the best weights so far."""
        weights = saved.weights if saved else self.best
        if weights:
            self.network.load_state_dict(weights)
        choose_trainable(self.network, stage.trainable)
        made, average = optimiser(self.network, stage, stage.learning_rate[0]), None
        if self.recipe.ema:
            average = AveragedModel(self.network, use_buffers=True)
            self.evaluated = average.module  # type: ignore[assignment]
        if saved:
            made.load_state_dict(saved.optimiser)
            if average:
                average.load_state_dict(saved.average)
        return _RunningStage(number, stage, done, made, average)

    def _save(self, running: _RunningStage, ends: bool) -> None:
        """Write a checkpoint, unless the last one is younger than EVERY and the training goes on.

        Of a finished training only what is still needed is written: of one in a fold, no weights.
        """
        if not ends and perf_counter() - self._saved < checkpoints.EVERY:
            return
        state = Checkpoint(
            weights={} if ends else self.network.state_dict(),
            average=running.average.state_dict() if running.average and not ends else {},
            best={} if ends and self.validated else self.best,
            optimiser={} if ends else running.optimiser.state_dict(),
            history=self.history,
            micro_batch=self.gradients.micro_batch,
            validated=[torch.from_numpy(odds) for odds in self.validated],
        )
        checkpoints.save(self._folder, state)
        self._saved = perf_counter()

    def _epoch(self, running: _RunningStage) -> EpochNumbers:
        """Train on every image once, validate, and return the epoch's numbers. Raises DivergedError."""
        began = perf_counter()
        epoch = len(self.history) + 1
        loss, probabilities, updates = self._train_once(running)
        rate = max(group["lr"] for group in running.optimiser.param_groups)
        validated = self._validate()
        if not np.isfinite([loss, validated.get("validation_loss", loss)]).all():
            raise DivergedError(
                f"the loss is {loss:.3g} and no longer a number in epoch {epoch} "
                f"(learning rate {rate:.2g}): use a lower learning_rate"
            )
        return {
            "epoch": epoch,
            "stage": running.number,
            "updates": updates,
            "train_loss": loss,
            **_scores("train", probabilities, self._train),
            **validated,
            "learning_rate": rate,
            "seconds": perf_counter() - began,
        }

    def _validate(self) -> dict[str, float]:
        """The numbers of the validation part, if any; the loss is NaN for log odds that are not finite."""
        part = self._validation
        if part is None:
            return {}
        odds = self.predict(part.rows)
        if not np.isfinite(odds).all():
            return {"validation_loss": np.nan}
        if not self._keep_best:
            self.validated.append(odds)
        means = _probabilities(part, odds)
        if part.problems is None:
            loss = mean_loss(means, part.labels, unit_weights(self.recipe, self._train, part))
        else:
            weights = class_weights(self.recipe, part.problems, self._train, part)
            loss = mean_task_loss(part.problems, means, part.known_truth, weights)
        return {"validation_loss": loss, **_scores("validation", means, part)}

    def _train_once(self, running: _RunningStage) -> tuple[float, Floats, int]:
        """One pass over the training part: its mean loss, each unit's probability in it, and its updates."""
        part, stage, epochs = self._train, running.stage, len(running.done)
        seed = _epoch_seed(self._seed, running.number, epochs)
        batches = part.batches(part.shuffled(seed), self.recipe.batch_size)
        draws = draw(len(part.rows), seed).to(self.backbone.device)
        set_modes(self.network, stage, len(part.rows), self.gradients.micro_batch)
        losses, odds = [], []
        with torch.random.fork_rng(devices=_indices(self.backbone.device)):
            torch.manual_seed(seed)  # for dropout
            for step, batch in enumerate(batches):
                running.set_rates(epochs + step / len(batches))
                batch_loss, batch_odds = self._step(running, batch, draws)
                losses.append(batch_loss)
                odds.append(batch_odds)
        found = torch.cat(odds).float().cpu().numpy()
        in_order = np.empty((len(part.rows), *found.shape[1:]))
        in_order[np.concatenate(batches)] = found
        loss = float(torch.stack(losses).sum()) / len(part.labels)
        return loss, _probabilities(part, in_order), len(batches)

    def _step(self, running: _RunningStage, batch: Rows, draws: Tensor) -> tuple[Tensor, Tensor]:
        """One update of the weights from one batch: its summed loss and log odds, on the device.

        Nothing here waits for the device, so that it never waits for the next batch.
        """
        found = self.gradients.fill(batch, draws)
        running.optimiser.step()
        if running.average:
            update_average(running.average, self.network, self.recipe.ema)
        return found


def _probabilities(part: Part, odds: Floats) -> Floats:
    """The mean probability of each unit: (n_units,), or of each class (n_units, classes)."""
    if part.problems is None:
        return part.unit_means(expit(odds))
    return part.unit_means(class_probabilities(part.problems, odds))


def _scores(name: str, probabilities: Floats, part: Part) -> dict[str, float]:
    if part.problems is not None:
        return task_scores(name, part.problems, probabilities, part.known_truth)
    correct = (probabilities >= 0.5) == (part.labels == 1)
    auroc = float(roc_auc_score(part.labels, probabilities))
    return {f"{name}_accuracy": float(correct.mean()), f"{name}_auroc": auroc}


def _epoch_seed(seed: int, stage: int, epoch: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}|{stage}|{epoch}".encode()).digest()[:4], "big")


def _copy(state: State) -> State:
    return {name: value.detach().cpu().clone() for name, value in state.items()}


def _indices(device: torch.device) -> list[int]:
    return [device.index or 0] if device.type == "cuda" else []

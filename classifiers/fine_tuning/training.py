"""One training of one network: epochs of batches, validated, checkpointed, continued after a kill."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from classifiers.fine_tuning import checkpoints
from classifiers.fine_tuning.augmentation import augment, draw
from classifiers.fine_tuning.checkpoints import Epoch, Progress, State
from classifiers.fine_tuning.data import Floats, Part, PixelSource, Rows
from classifiers.fine_tuning.layers import TunedNetwork, choose_trainable, optimiser, set_modes
from classifiers.fine_tuning.loss_weights import unit_weights
from classifiers.fine_tuning.recipes import Recipe, Stage
from classifiers.fine_tuning.schedules import best_epoch, is_over, rate_factor
from extractors.backbones import Backbone, normalised, to_grey

_PREDICT_BATCH = 64
_EDGE = 1e-6  # mean probabilities are kept this far from 0 and 1 before their logarithm is taken


class DivergedError(ValueError):
    """The loss of a training is no longer a number."""


class Training:
    """A network, its recipe and its data; `run` brings it to its end, `best` are its best weights."""

    def __init__(
        self,
        *,
        backbone: Backbone,
        recipe: Recipe,
        pixels: NDArray[np.uint8],
        train: Part,
        validation: Part,
        seed: int,
        folder: Path,
    ) -> None:
        self.backbone, self.recipe = backbone, recipe
        self.history: list[Epoch] = []
        self.best: State = {}
        self.micro_batch = recipe.batch_size
        self._pixels, self._train, self._validation = pixels, train, validation
        self._source = PixelSource(pixels, train.rows, backbone.device)
        self._labels = torch.from_numpy(train.labels).to(backbone.device, torch.float32)
        self._validation_weights = unit_weights(recipe, train, validation)
        weights = unit_weights(recipe, train, train)
        self._unit_weights = torch.from_numpy(weights).to(backbone.device, torch.float32)
        self._seed, self._folder = seed, folder
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = TunedNetwork(backbone, recipe.head).to(backbone.device)
        self._average: AveragedModel | None = None
        self._optimiser: torch.optim.Optimizer

    def run(self, watch: Callable[[Epoch], None]) -> None:
        """Do the epochs that are left, from the last checkpoint when there is one."""
        known = checkpoints.load(self._folder)
        if known:
            self.history, self.best, self.micro_batch = known.history, known.best, known.micro_batch
        for number, stage in enumerate(self.recipe.each_stage()):
            done = [epoch for epoch in self.history if epoch["stage"] == number]
            if is_over(stage, done, self.recipe.select):
                continue
            self._prepare(stage, known if done else None)
            while not is_over(stage, done, self.recipe.select):
                epoch = self._epoch(stage, number, done)
                done.append(epoch)
                self.history.append(epoch)
                if best_epoch(self.history, self.recipe.select) is epoch:
                    self.best = _copy(self._validated().state_dict())
                self._save()
                watch(epoch)

    def finish(self) -> None:
        """Take the best weights, for predictions from now on."""
        self.network.load_state_dict(self.best)
        self._average = None

    def predict(self, rows: Rows) -> Floats:
        """The log odds (n,) of these rows of the pixel store."""
        return predict(self.backbone, self._validated(), self._pixels, rows, self.recipe.resolution)

    def _prepare(self, stage: Stage, known: Progress | None) -> None:
        """Set up a stage: from its own last epoch, or from the best weights so far."""
        weights = known.weights if known else self.best
        if weights:
            self.network.load_state_dict(weights)
        choose_trainable(self.network, stage.trainable)
        self._optimiser = optimiser(self.network, stage, stage.learning_rate[0])
        if self.recipe.ema:
            average = get_ema_multi_avg_fn(self.recipe.ema)  # type: ignore[no-untyped-call]
            self._average = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        if known:
            self._optimiser.load_state_dict(known.optimiser)
            if self._average is not None:
                self._average.load_state_dict(known.average)

    def _save(self) -> None:
        progress = Progress(
            weights=self.network.state_dict(),
            average=self._average.state_dict() if self._average else {},
            best=self.best,
            optimiser=self._optimiser.state_dict(),
            history=self.history,
            micro_batch=self.micro_batch,
        )
        checkpoints.save(self._folder, progress)

    def _validated(self) -> TunedNetwork:
        """The network that is validated and kept: the averaged copy where there is one."""
        averaged: TunedNetwork = self._average.module if self._average else self.network  # type: ignore[assignment]
        return averaged

    def _epoch(self, stage: Stage, number: int, done: list[Epoch]) -> Epoch:
        """Train on every image once, validate, and say how it went. Raises DivergedError."""
        began = perf_counter()
        epoch = len(self.history) + 1
        loss, probabilities = self._train_once(stage, number, done)
        rate = max(group["lr"] for group in self._optimiser.param_groups)
        odds = self.predict(self._validation.rows)
        if not np.isfinite([loss, *odds]).all():
            raise DivergedError(
                f"the loss is {loss:.3g} and no longer a number in epoch {epoch} "
                f"(learning rate {rate:.2g}): use a lower learning_rate"
            )
        numbers = {
            "train_loss": loss,
            **_numbers("train", probabilities, self._train.labels),
            "validation_loss": self._validation_loss(odds),
            **_numbers("validation", self._validation.unit_means(expit(odds)), self._validation.labels),
        }
        seconds = perf_counter() - began
        return {"epoch": epoch, "stage": number, **numbers, "learning_rate": rate, "seconds": seconds}

    def _train_once(self, stage: Stage, number: int, done: list[Epoch]) -> tuple[float, Floats]:
        """One pass over the training part: its mean loss, and each unit's probability at its turn."""
        part, losses = self._train, [epoch["validation_loss"] for epoch in done]
        seed = _epoch_seed(self._seed, number, len(done))
        positions = part.shuffled(seed)
        batches = part.batches(positions, self.recipe.batch_size)
        draws = draw(len(part.rows), seed).to(self.backbone.device)
        set_modes(self.network, stage, len(part.rows), self.micro_batch)
        found = []
        with torch.random.fork_rng(devices=_indices(self.backbone.device)):
            torch.manual_seed(seed)  # for dropout
            for step, batch in enumerate(batches):
                factor = rate_factor(stage, len(done) + step / len(batches), losses)
                for group in self._optimiser.param_groups:
                    group["lr"] = group["peak"] * factor
                found.append(self._step(batch, draws))
        odds = np.empty(len(part.rows))
        odds[np.concatenate(batches)] = torch.cat([odds for _, odds in found]).float().cpu().numpy()
        loss = float(torch.stack([loss for loss, _ in found]).sum()) / len(part.labels)
        return loss, part.unit_means(expit(odds))

    def _step(self, batch: Rows, draws: Tensor) -> tuple[Tensor, Tensor]:
        """One update from one batch: (summed loss, log odds per image).

        Pieces that do not fit the device are halved, for this and all later batches; gradients add up,
        so that the batch stays what the recipe says.
        """
        while (found := self._gradients(batch, draws)) is None:
            if self.micro_batch == 1:
                raise ValueError(f"'{self.backbone.spec.label}': one image does not fit the device")
            self.micro_batch //= 2
        self._optimiser.step()
        if self._average:
            self._average.update_parameters(self.network)
        return found

    def _gradients(self, batch: Rows, draws: Tensor) -> tuple[Tensor, Tensor] | None:
        """Fill the gradients, piece by piece; None when a piece did not fit."""
        self._optimiser.zero_grad(set_to_none=True)
        units = len(np.unique(self._train.units[batch]))
        losses, found = [], []
        try:
            for piece in self._train.batches(batch, self.micro_batch):
                odds = self._odds(piece, draws)
                loss = self._loss(odds, piece)
                (loss / units).backward()  # type: ignore[no-untyped-call]
                losses.append(loss.detach())
                found.append(odds.detach())
        except torch.OutOfMemoryError:
            return None
        return torch.stack(losses).sum(), torch.cat(found)

    def _odds(self, positions: Rows, draws: Tensor) -> Tensor:
        device = self.backbone.device
        where = torch.from_numpy(positions).to(device, non_blocking=True)
        grey = reduced(to_grey(self._source(positions), device), self.recipe.resolution)
        grey = augment(grey, draws[where], self.recipe.augmentation)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            odds: Tensor = self.network(normalised(self.backbone, grey))
        return odds.float()

    def _loss(self, odds: Tensor, positions: Rows) -> Tensor:
        """The loss summed over units; a study's is that of the mean of its views' probabilities."""
        units, index = np.unique(self._train.units[positions], return_inverse=True)
        where = torch.from_numpy(units).to(odds.device, non_blocking=True)
        labels, weights = self._labels[where], self._unit_weights[where]
        target = labels * (1 - self.recipe.label_smoothing) + self.recipe.label_smoothing / 2
        if len(units) == len(positions):
            order = torch.from_numpy(index).to(odds.device, non_blocking=True)
            return functional.binary_cross_entropy_with_logits(
                odds, target[order], weights[order], reduction="sum"
            )
        places = torch.from_numpy(index).to(odds.device)
        total = torch.zeros_like(target).index_add(0, places, odds.sigmoid())
        mean = total / torch.bincount(places, minlength=len(units))
        return functional.binary_cross_entropy(mean.clamp(_EDGE, 1 - _EDGE), target, weights, reduction="sum")

    def _validation_loss(self, odds: Floats) -> float:
        labels = self._validation.labels
        means = self._validation.unit_means(expit(odds)).clip(_EDGE, 1 - _EDGE)
        losses = -np.where(labels == 1, np.log(means), np.log1p(-means))
        return float(np.mean(losses * self._validation_weights))


def reduced(grey: Tensor, resolution: int | None) -> Tensor:
    """Images (n, 1, size, size) averaged down to `resolution` pixels a side."""
    return grey if resolution is None else functional.adaptive_avg_pool2d(grey, resolution)


@torch.inference_mode()
def predict(
    backbone: Backbone,
    network: TunedNetwork,
    pixels: NDArray[np.uint8],
    rows: Rows,
    resolution: int | None = None,
) -> Floats:
    """The log odds (n,) of these rows of the pixel store, with the network in eval mode.

    A batch that does not fit the device is halved.
    """
    network.eval()
    device, size, found, start = backbone.device, _PREDICT_BATCH, [], 0
    while start < len(rows):
        batch = torch.from_numpy(np.asarray(pixels[rows[start : start + size]]))
        try:
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
                grey = reduced(to_grey(batch, device), resolution)
                found.append(network(normalised(backbone, grey)).float())
        except torch.OutOfMemoryError as error:
            if size == 1:
                raise ValueError(f"'{backbone.spec.label}': one image does not fit the device") from error
            size //= 2
            continue
        start += size
    odds: Floats = torch.cat(found).cpu().numpy().astype(np.float64)
    return odds


def _numbers(part: str, probabilities: Floats, labels: NDArray[np.int64]) -> dict[str, float]:
    correct = (probabilities >= 0.5) == (labels == 1)
    auroc = float(roc_auc_score(labels, probabilities))
    return {f"{part}_accuracy": float(correct.mean()), f"{part}_auroc": auroc}


def _epoch_seed(seed: int, stage: int, epoch: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}|{stage}|{epoch}".encode()).digest()[:4], "big")


def _copy(state: State) -> State:
    return {name: value.detach().cpu().clone() for name, value in state.items()}


def _indices(device: torch.device) -> list[int]:
    return [device.index or 0] if device.type == "cuda" else []

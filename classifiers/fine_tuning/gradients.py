"""Compute the gradients of a batch, in pieces that fit the device's memory."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from classifiers.fine_tuning.augmentation import augment
from classifiers.fine_tuning.data import Part, PixelSource
from classifiers.fine_tuning.inputs import stored_values
from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.fine_tuning.losses import summed_loss, unit_weights
from classifiers.fine_tuning.prediction import log_odds
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.task_outputs import class_weights, smoothed_targets, summed_task_loss
from classifiers.selection import Rows
from extractors.backbones import Backbone
from extractors.device_stream import sent


class BatchGradients:
    """Sets the gradients of a network from batches of the training part.

    When a piece of `micro_batch` images does not fit the device, `micro_batch` is halved for this and all
    later batches; gradients of pieces are added, so that the recipe's batch size does not change.
    """

    def __init__(
        self,
        backbone: Backbone,
        network: TunedNetwork,
        recipe: Recipe,
        pixels: NDArray[Any],
        train: Part,
    ) -> None:
        self.micro_batch = recipe.batch_size
        self._backbone, self._network, self._recipe, self._train = backbone, network, recipe, train
        self._source = PixelSource(pixels, train.rows, backbone.device)
        if train.problems is None:
            labels = torch.from_numpy(train.labels).to(backbone.device, torch.float32)
            self._targets = labels * (1 - recipe.label_smoothing) + recipe.label_smoothing / 2
            weights = unit_weights(recipe, train, train)
        else:
            smoothed = smoothed_targets(train.known_truth, train.problems, recipe.label_smoothing)
            self._targets = torch.from_numpy(smoothed).to(backbone.device, torch.float32)
            weights = class_weights(recipe, train.problems, train, train)
        self._weights = torch.from_numpy(weights).to(backbone.device, torch.float32)

    def fill(self, batch: Rows, draws: Tensor) -> tuple[Tensor, Tensor]:
        """Set the gradients of the mean loss over the units of a batch.

        `batch` (n,) holds positions in the training part, `draws` the random numbers of augmentation for
        the whole part. Returns the summed loss and the log odds (n,), or outputs (n, problems), detached.
        Raises ValueError when a single image does not fit the device.
        """
        while (found := self._in_pieces(batch, draws)) is None:
            if self.micro_batch == 1:
                raise ValueError(f"'{self._backbone.spec.label}': one image does not fit the device")
            self.micro_batch //= 2
        return found

    def _in_pieces(self, batch: Rows, draws: Tensor) -> tuple[Tensor, Tensor] | None:
        """Set the gradients piece by piece; None when a piece did not fit the device."""
        self._network.zero_grad(set_to_none=True)
        units = len(np.unique(self._train.units[batch]))
        losses, found = [], []
        try:
            for piece in self._train.batches(batch, self.micro_batch):
                odds = self.log_odds(piece, draws)
                loss = self.loss(odds, piece)
                (loss / units).backward()  # type: ignore[no-untyped-call]
                losses.append(loss.detach())
                found.append(odds.detach())
        except torch.OutOfMemoryError:
            return None
        return torch.stack(losses).sum(), torch.cat(found)

    def log_odds(self, positions: Rows, draws: Tensor) -> Tensor:
        """The log odds (n,) of augmented training images."""
        device = self._backbone.device
        where = sent(positions, device)
        values = stored_values(self._source(positions), device, self._recipe.resolution)
        values = augment(values, draws[where], self._recipe.augmentation)
        return log_odds(self._backbone, self._network, values)

    def loss(self, odds: Tensor, positions: Rows) -> Tensor:
        """The loss of these training images, summed over their units."""
        units, index = np.unique(self._train.units[positions], return_inverse=True)
        where, places = sent(units, odds.device), sent(index, odds.device)
        targets, weights = self._targets[where], self._weights[where]
        if self._train.problems is not None:
            return summed_task_loss(self._train.problems, odds, places, targets, weights)
        return summed_loss(odds, places, targets, weights)

"""The loss of a fine-tuning: binary cross-entropy per image or study, with optional class weights."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from classifiers.fine_tuning.data import Part
from classifiers.fine_tuning.recipes import Recipe
from classifiers.selection import Floats

_EDGE = 1e-6  # mean probabilities are clipped to this distance from 0 and 1, where the logarithm is infinite


def unit_weights(recipe: Recipe, train: Part, part: Part) -> Floats:
    """The weight (n_units,) of each unit of `part` in the loss, from the images of the training part.

    With `class_weighted_bce`, as in MURA (Rajpurkar et al. 2018), the weight of a class within a body part is
    twice the share of training images of the other class; 1 when one of the classes is missing.
    """
    weights = np.ones(len(part.labels))
    if recipe.loss == "class_weighted_bce":
        shown = train.body_parts[train.units]
        for body_part in np.unique(part.body_parts.astype(str)):
            labels = train.image_labels[shown == body_part]
            if 0 < labels.sum() < len(labels):
                members = part.body_parts == body_part
                weights[members] = 2 * np.abs(part.labels[members] - labels.mean())
    return weights


def summed_loss(odds: Tensor, units: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """The weighted cross-entropy, summed over units, of log odds (n_images,).

    `units` (n_images,) is the position of each image's unit in `targets` and `weights` (n_units,). The
    probability of a study is the mean of its images' probabilities.
    """
    if len(targets) == len(odds):
        return functional.binary_cross_entropy_with_logits(
            odds, targets[units], weights[units], reduction="sum"
        )
    none = torch.zeros_like(targets)
    total = none.index_add(0, units, odds.sigmoid())
    counts = none.index_add(0, units, torch.ones_like(odds))  # torch.bincount would wait for the device
    means = (total / counts).clamp(_EDGE, 1 - _EDGE)
    return functional.binary_cross_entropy(means, targets, weights, reduction="sum")


def mean_loss(probabilities: Floats, labels: NDArray[np.int64], weights: Floats) -> float:
    """The weighted cross-entropy, averaged over units, of their probabilities (n_units,)."""
    probabilities = probabilities.clip(_EDGE, 1 - _EDGE)
    losses = -np.where(labels == 1, np.log(probabilities), np.log1p(-probabilities))
    return float(np.mean(losses * weights))

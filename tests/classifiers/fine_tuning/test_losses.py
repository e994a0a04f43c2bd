"""The loss per image or study, and the weights of the classes."""

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from classifiers.fine_tuning.losses import mean_loss, summed_loss, unit_weights
from classifiers.fine_tuning.recipes import Recipe
from tests.classifiers.fine_tuning.tasks import part_of

ODDS = torch.tensor([0.3, -1.2, 2.0, 0.1, -0.4])


def test_the_loss_of_studies_is_that_of_the_mean_probability():
    units, labels = torch.tensor([0, 0, 1, 1, 1]), torch.tensor([1.0, 0.0])
    p = ODDS.sigmoid()
    first, second = -p[:2].mean().log(), -(1 - p[2:].mean()).log()
    assert summed_loss(ODDS, units, labels, torch.ones(2)) == pytest.approx(float(first + second), rel=1e-5)
    weighted = summed_loss(ODDS, units, labels, torch.tensor([0.5, 3.0]))
    assert weighted == pytest.approx(float(first / 2 + 3 * second), rel=1e-5)


def test_the_loss_of_images_is_torchs():
    units, labels = torch.tensor([4, 0, 1, 2, 3]), torch.tensor([1.0, 0, 1, 1, 0])
    weights = torch.tensor([1.0, 2, 3, 4, 5])
    expected = binary_cross_entropy_with_logits(ODDS, labels[units], weights[units], reduction="sum")
    assert summed_loss(ODDS, units, labels, weights) == pytest.approx(float(expected))


def test_the_mean_loss_of_certain_errors_is_finite():
    probabilities, labels, weights = np.array([0.5, 1.0, 0.0]), np.array([1, 1, 1]), np.array([1, 1, 0.5])
    expected = (np.log(2) - 0.5 * np.log(1e-6)) / 3
    assert mean_loss(probabilities, labels, weights) == pytest.approx(expected, rel=1e-4)


def test_classes_are_weighted_within_each_body_part_by_their_images():
    train = part_of([0, 0, 0, 1, 2, 3], [1, 0, 0, 1], ["hand", "hand", "wrist", "wrist"])
    weights = unit_weights(Recipe(loss="class_weighted_bce"), train, train)
    assert weights.tolist() == [0.5, 1.5, 1, 1], "three abnormal images of the hand to one normal"
    other = part_of([0, 1], [1, 0], ["elbow", "wrist"])
    assert unit_weights(Recipe(loss="class_weighted_bce"), train, other).tolist() == [1, 1]
    assert unit_weights(Recipe(), train, train).tolist() == [1, 1, 1, 1]

"""The gradients of a batch, in pieces where it does not fit."""

import numpy as np
import pytest
import torch

from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.gradients import BatchGradients
from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.fine_tuning.recipes import Head, Recipe
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC, part_of


def test_class_weights_and_smoothing_enter_the_loss():
    backbone = load_backbone(SPEC, size=32, device=CPU)
    recipe = Recipe(loss="class_weighted_bce", label_smoothing=0.2)
    pixels = np.zeros((10, 32, 32), np.uint8)
    network = TunedNetwork(backbone, Head())
    gradients = BatchGradients(backbone, network, recipe, pixels, part_of(range(4), [1, 0, 0, 0]))
    odds = torch.tensor([0.3, -1.2, 2.0])
    targets, weights = torch.tensor([0.1, 0.9, 0.1]), torch.tensor([0.5, 1.5, 0.5])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(odds, targets, weights, reduction="sum")
    assert gradients.loss(odds, np.array([2, 0, 1])).item() == pytest.approx(expected.item(), rel=1e-5)


def test_batches_that_do_not_fit_are_halved_and_gradients_add_up(task, monkeypatch):
    recipe = {"epochs": 1, "batch_norm": "eval"}
    whole = fine_tune(task("whole", **recipe))
    original = BatchGradients.log_odds

    def small_device(self, positions, draws):
        if len(positions) > 5:
            raise torch.OutOfMemoryError("no room")
        return original(self, positions, draws)

    monkeypatch.setattr(BatchGradients, "log_odds", small_device)
    pieces = fine_tune(task("pieces", **recipe))
    assert pieces.facts["micro_batch"] == 4
    assert whole.facts["micro_batch"] == 16
    assert np.allclose(pieces.fit.probabilities, whole.fit.probabilities, atol=1e-3)
    monkeypatch.setattr(
        BatchGradients, "log_odds", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("none"))
    )
    with pytest.raises(ValueError, match="one image does not fit the device"):
        fine_tune(task("none", **recipe))

"""What the epochs so far say about the learning rate, the end of a stage and the best epoch."""

import pytest
import torch

from classifiers.fine_tuning.recipes import Stage
from classifiers.fine_tuning.schedules import best_epoch, is_over, rate_factor


def epochs(*losses, aurocs=None):
    return [
        {"epoch": i + 1, "updates": 3, "validation_loss": loss, "validation_auroc": (aurocs or [0.5] * 9)[i]}
        for i, loss in enumerate(losses)
    ]


def test_warm_up_then_a_half_cosine():
    stage = Stage(epochs=10, warmup_epochs=2)
    assert rate_factor(stage, 0, []) == pytest.approx(0.1)
    assert rate_factor(stage, 2, []) == pytest.approx(1)
    assert rate_factor(stage, 6, []) == pytest.approx(0.5)
    assert rate_factor(stage, 10, []) == pytest.approx(0)


def test_constant_is_constant():
    assert rate_factor(Stage(schedule="constant"), 3.7, [1, 2, 3]) == 1


def test_plateau_is_torchs():
    losses = [1, 0.9, 0.9, 0.91, 0.92, 0.93, 0.8, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85]
    stage = Stage(epochs=50, schedule="plateau", plateau_patience=2, plateau_factor=0.5)
    weight = torch.zeros(1, requires_grad=True)
    made = torch.optim.SGD([weight], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(made, factor=0.5, patience=2, threshold=0)
    for count, loss in enumerate(losses):
        theirs.step(loss)
        assert rate_factor(stage, count + 1, losses[: count + 1]) == pytest.approx(made.param_groups[0]["lr"])


def test_the_best_epoch_is_the_earliest_of_the_best():
    history = epochs(0.5, 0.4, 0.4, 0.6, aurocs=[0.7, 0.8, 0.9, 0.9])
    assert best_epoch(history, "loss")["epoch"] == 3  # equal losses: the higher AUROC
    assert best_epoch(history, "auroc")["epoch"] == 3
    assert best_epoch(epochs(0.4, 0.4), "loss")["epoch"] == 1


def test_a_stage_ends_with_its_epochs_or_its_patience():
    stage = Stage(epochs=5, early_stopping_patience=2)
    assert not is_over(stage, [], "loss")
    assert not is_over(stage, epochs(0.5, 0.6), "loss")
    assert is_over(stage, epochs(0.5, 0.6, 0.7), "loss")
    assert not is_over(stage, epochs(0.5, 0.6, 0.4), "loss")
    assert is_over(stage, epochs(0.5, 0.4, 0.3, 0.2, 0.1), "loss")
    assert not is_over(Stage(epochs=5, early_stopping_patience=None), epochs(0.5, 0.6, 0.7, 0.8), "loss")


def test_no_stage_ends_before_its_updates():
    impatient = Stage(epochs=5, early_stopping_patience=2, min_updates=10)
    assert not is_over(impatient, epochs(0.5, 0.6, 0.7), "loss"), "nine updates"
    assert is_over(impatient, epochs(0.5, 0.6, 0.7, 0.8), "loss")

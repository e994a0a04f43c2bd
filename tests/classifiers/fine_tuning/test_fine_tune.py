"""Fine-tuning of small networks: it learns, never looks at the test rows, and goes on after a kill."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from classifiers.fine_tuning import prediction
from classifiers.fine_tuning.data import Part
from classifiers.fine_tuning.fine_tune import _calibrated, fine_tune
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC, marked_images


def test_it_learns_what_marks_the_abnormal(task):
    made = task(epochs=12, batch_norm="train", schedule="cosine")
    tuned = fine_tune(made)
    _, labels = marked_images()
    assert roc_auc_score(labels[120:], tuned.fit.probabilities) > 0.9
    assert tuned.history[-1]["train_loss"] < tuned.history[0]["train_loss"]
    assert 0 < tuned.fit.threshold < 1
    assert tuned.fit.bytes_on_disk == tuned.weights.stat().st_size > 100_000
    assert (
        tuned.fit.parameters["best_epoch"] == min(tuned.history, key=lambda e: e["validation_loss"])["epoch"]
    )
    assert tuned.facts["trained_on"] + tuned.facts["validated_on"] == 120


@pytest.mark.parametrize(
    "recipe", [{"views": "study"}, {"head": {"widths": [8], "dropout": 0.5}, "ema": 0.5}]
)
def test_the_same_task_gives_the_same_bits(task, recipe):
    first, second = (fine_tune(task(folder, epochs=1, **recipe)) for folder in "ab")
    assert np.array_equal(first.fit.probabilities, second.fit.probabilities)


def test_the_test_rows_decide_nothing(task):
    made = task(epochs=1)
    pixels = made.images.pixels.copy()
    pixels[120:] = 255 - pixels[120:]
    other = replace(made, images=replace(made.images, pixels=pixels), checkpoints=made.checkpoints / "other")
    first, second = fine_tune(made), fine_tune(other)
    timeless = [[{k: v for k, v in e.items() if k != "seconds"} for e in t.history] for t in (first, second)]
    assert timeless[0] == timeless[1]
    assert first.fit.threshold == second.fit.threshold
    assert not np.array_equal(first.fit.probabilities, second.fit.probabilities)


class Killed(BaseException):
    """What a kill between two epochs looks like to the code."""


def test_a_training_killed_again_and_again_continues_to_the_same_bits(task):
    """Killed after the first epoch of each stage, and after the last but one of all."""
    recipe = {
        "stages": [
            {"trainable": "head", "epochs": 2},
            {"schedule": "plateau", "plateau_patience": 0},
        ],
        "epochs": 3,
        "learning_rate": 1e-3,
        "ema": 0.8,
        "head": {"widths": [8], "dropout": 0.3},
        "augmentation": {"flip": 0.5, "shift": 0.1},
    }
    whole = fine_tune(task("whole", **recipe))
    told = []

    def kill_after(epochs):
        def on_epoch(epoch):
            told.append(epoch["step"])
            if len(told) == epochs:
                raise Killed

        return on_epoch

    for epochs in (1, 3, 4):
        with pytest.raises(Killed):
            fine_tune(replace(task("killed", **recipe), on_epoch=kill_after(epochs)))
    continued = fine_tune(replace(task("killed", **recipe), on_epoch=kill_after(None)))
    assert told == list(range(1, len(whole.history) + 1))
    assert len(told) > 4, "there was an epoch left after the last kill"
    assert np.array_equal(continued.fit.probabilities, whole.fit.probabilities)


def test_the_better_learning_rate_is_taken(task):
    tuned = fine_tune(task(epochs=5, learning_rate=[1e-6, 3e-3], batch_norm="train"))
    assert tuned.fit.parameters["learning_rate"] == 3e-3
    assert [epoch["step"] for epoch in tuned.history] == list(range(1, len(tuned.history) + 1))


def test_probing_first_leaves_the_backbone_alone(task):
    tuned = fine_tune(task(trainable="head", epochs=2))
    from safetensors.torch import load_file

    state = load_file(tuned.weights)
    fresh = load_backbone(SPEC, size=32, device=CPU).network.state_dict()
    assert all(torch.equal(state[f"backbone.{name}"], value) for name, value in fresh.items())


def test_a_lower_resolution_is_what_the_network_sees(task, monkeypatch):
    sides = set()
    normalised = prediction.normalised

    def seen(backbone, grey):
        sides.add(grey.shape[-1])
        return normalised(backbone, grey)

    monkeypatch.setattr(prediction, "normalised", seen)
    fine_tune(task(epochs=1, resolution=24))
    assert sides == {24}
    with pytest.raises(ValueError, match="64 is above the 32 pixels"):
        fine_tune(task("b", resolution=64))


@pytest.mark.parametrize("labels", [np.zeros(120, int), np.array([1, 1] + [0] * 118)])
def test_too_few_patients_of_a_class_are_one_clear_line(task, labels):
    made = task()
    with pytest.raises(ValueError, match="two patients of each class") as error:
        fine_tune(replace(made, images=replace(made.images, labels=labels)))
    assert "\n" not in str(error.value)


def test_a_rate_whose_loss_breaks_is_not_taken(task):
    tuned = fine_tune(task(optimizer="sgd", learning_rate=[10, 1e-3], epochs=2))
    assert tuned.fit.parameters["learning_rate"] == 1e-3
    assert tuned.facts["diverged_rates"] == [10]


def test_a_calibrated_network_stays_calibrated():
    """Platt's sigmoid takes log odds, so that it can leave them as they are."""
    random = np.random.default_rng(0)
    odds = random.normal(0, 3, 4000)
    labels = (random.random(4000) < 1 / (1 + np.exp(-odds))).astype(int)
    alone = Part(np.arange(4000), np.arange(4000), labels, np.full(4000, "hand"))
    probabilities, threshold = _calibrated(odds, alone, odds)
    assert threshold == pytest.approx(0.5, abs=0.1)
    assert np.abs(probabilities - 1 / (1 + np.exp(-odds))).max() < 0.03

"""Fine-tuning of small networks: it learns, never looks at the test rows, and goes on after a kill."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from classifiers.fine_tuning import checkpoints, inputs
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.label_problems import LabelProblems
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC, marked_images

WAYS = pytest.mark.parametrize("way", [{}, {"folds_below": 0}], ids=["folds", "validation part"])


@WAYS
def test_it_learns_what_marks_the_abnormal(task, way):
    tuned = fine_tune(task(epochs=12, batch_norm="train", schedule="cosine", **way))
    _, labels = marked_images()
    assert roc_auc_score(labels[120:], tuned.fit.probabilities) > 0.9
    assert tuned.history[-1]["train_loss"] < tuned.history[0]["train_loss"]
    assert 0 < tuned.fit.threshold < 1
    assert tuned.fit.bytes_on_disk == tuned.weights.stat().st_size > 100_000
    validated = [epoch for epoch in tuned.history if not epoch.get("refit")]
    best = min(validated, key=lambda epoch: epoch["validation_loss"])
    assert tuned.fit.parameters["best_epoch"] == best["epoch"]
    assert tuned.fit.selection_auroc == best["validation_auroc"]
    assert tuned.facts["updates"] > 0


@pytest.mark.parametrize(
    "recipe", [{"views": "study"}, {"head": {"widths": [8], "dropout": 0.5}, "ema": 0.5}]
)
def test_the_same_task_gives_the_same_bits(task, recipe):
    first, second = (fine_tune(task(folder, epochs=1, **recipe)) for folder in "ab")
    assert np.array_equal(first.fit.probabilities, second.fit.probabilities)


@WAYS
def test_the_test_rows_decide_nothing(task, way):
    made = task(epochs=1, **way)
    pixels = made.images.pixels.copy()
    pixels[120:] = 255 - pixels[120:]
    other = replace(made, images=replace(made.images, pixels=pixels), checkpoints=made.checkpoints / "other")
    first, second = fine_tune(made), fine_tune(other)
    assert _timeless(first.history) == _timeless(second.history)
    assert first.fit.threshold == second.fit.threshold
    assert not np.array_equal(first.fit.probabilities, second.fit.probabilities)


def _timeless(history):
    return [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in history]


class Killed(BaseException):
    """What a kill between two epochs looks like to the code."""


@WAYS
def test_a_training_killed_again_and_again_continues_to_the_same_bits(task, way, monkeypatch):
    """Killed after the first epoch of each stage, and after the last but one of all; in folds, in the third."""
    monkeypatch.setattr(checkpoints, "EVERY", 0)
    recipe = {
        **way,
        "stages": [
            {"trainable": "head", "epochs": 2},
            {"schedule": "plateau", "plateau_patience": 0} if way else {},
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
    assert told == [epoch["step"] for epoch in whole.history] == list(range(1, len(whole.history) + 1))
    assert _timeless(continued.history) == _timeless(whole.history)
    assert continued.fit.threshold == whole.fit.threshold
    assert len(told) > 4, "there was an epoch left after the last kill"
    assert np.array_equal(continued.fit.probabilities, whole.fit.probabilities)


@WAYS
def test_the_better_learning_rate_is_taken(task, way):
    tuned = fine_tune(task(epochs=5, learning_rate=[1e-6, 3e-3], batch_norm="train", **way))
    assert tuned.fit.parameters["learning_rate"] == 3e-3
    assert list(dict.fromkeys(epoch["rate"] for epoch in tuned.history)) == [1e-6, 3e-3]
    assert [epoch["step"] for epoch in tuned.history] == list(range(1, len(tuned.history) + 1))


def test_probing_first_leaves_the_backbone_alone(task):
    tuned = fine_tune(task(trainable="head", epochs=2))
    from safetensors.torch import load_file

    state = load_file(tuned.weights)
    fresh = load_backbone(SPEC, size=32, device=CPU).network.state_dict()
    assert all(torch.equal(state[f"backbone.{name}"], value) for name, value in fresh.items())


def test_a_lower_resolution_is_what_the_network_sees(task, monkeypatch):
    sides = set()
    normalised = inputs.normalised

    def seen(backbone, grey):
        sides.add(grey.shape[-1])
        return normalised(backbone, grey)

    monkeypatch.setattr(inputs, "normalised", seen)
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


@WAYS
def test_a_rate_whose_loss_breaks_is_not_taken(task, way):
    tuned = fine_tune(task(optimizer="sgd", learning_rate=[10, 1e-3], epochs=2, **way))
    assert tuned.fit.parameters["learning_rate"] == 1e-3
    assert tuned.facts["diverged_rates"] == [10]


@WAYS
def test_every_pass_over_images_is_counted_and_foreseen(task, way):
    made, passes = task(epochs=2, learning_rate=[1e-3, 3e-3], early_stopping_patience=None, **way), []
    tuned = fine_tune(replace(made, on_trained=lambda: passes.append(1)))
    once = tuned.fit.parameters["epochs"]
    folds, refit = tuned.facts["folds"] or 1, tuned.fit.parameters.get("refit_epochs", 0)
    assert len(passes) == 2 * folds * once + refit
    assert len(passes) <= made.recipe.most_epochs(120) <= len(passes) + once


def several(task, kind):
    """The task with a dark square as a third class, and its labels as a matrix; and the truth of all images."""
    pixels, labels = marked_images()
    classes = labels.copy()
    for image in np.flatnonzero((np.arange(len(labels)) // 2) % 4 == 2):
        pixels[image, 8:20, 8:20] = 0
        classes[image] = 2
    if kind == "multilabel":
        truth = np.column_stack([classes == 1, classes == 2]).astype(float)
        problems = LabelProblems(kind, ("bright", "dark"))
    else:
        truth = np.eye(3)[classes]
        problems = LabelProblems(kind, ("none", "bright", "dark"))
    known = truth[:120].copy()
    if kind == "multilabel":
        known[:10, 1] = np.nan
    images = replace(task.images, pixels=pixels, labels=classes[:120], problems=problems, truth=known)
    return replace(task, images=images), truth


@pytest.mark.parametrize("kind", ["multiclass", "multilabel", "ordinal"])
@WAYS
def test_it_learns_several_classes_grades_and_findings(task, kind, way):
    made, truth = several(task(epochs=12, batch_norm="train", schedule="cosine", **way), kind)
    tuned = fine_tune(made)
    found = tuned.fit.probabilities
    assert found.shape == (40, truth.shape[1])
    assert np.mean([roc_auc_score(truth[120:, k], found[:, k]) for k in range(truth.shape[1])]) > 0.8
    assert set(tuned.fit.thresholds) == set(made.images.problems.classes)
    assert tuned.history[-1]["train_loss"] < tuned.history[0]["train_loss"]
    assert tuned.fit.model is None
    if kind != "multilabel":
        assert found.sum(axis=1) == pytest.approx(np.ones(40))


def test_several_classes_of_studies_are_the_same_bits_again(task):
    one, other = (
        fine_tune(several(task(folder, epochs=1, views="study"), "ordinal")[0]).fit.probabilities
        for folder in "ab"
    )
    assert np.array_equal(one, other)

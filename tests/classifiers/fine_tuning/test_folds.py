"""Folds: every image is judged by a network that has not seen it, and the kept network has seen them all."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifiers.fine_tuning import folds
from classifiers.fine_tuning.folds import tune_by_folds
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.training import Training
from classifiers.selection import make_folds


@pytest.fixture
def trainings(monkeypatch):
    """The trainings that are run, in order."""
    found = []
    run = Training.run

    def spy(self, on_epoch):
        run(self, on_epoch)
        found.append(self)

    monkeypatch.setattr(Training, "run", spy)
    return found


def test_the_folds_are_those_of_the_frozen_classifiers_and_the_refit_has_all_images(task, trainings):
    made = task(epochs=2)
    tuned = tune_by_folds(made)
    same = make_folds(made.images.labels, made.images.groups, made.seed, 3)
    *in_folds, refit = trainings
    assert [len(training._validation.rows) for training in in_folds] == [len(rows) for _, rows in same]
    for training, (learnt, _) in zip(in_folds, same, strict=True):
        assert set(training._train.rows) == set(made.images.rows[learnt])
    assert refit._validation is None
    assert sorted(refit._train.rows) == sorted(made.images.rows)
    assert (tuned.facts["folds"], tuned.facts["refitted"]) == (3, True)
    assert tuned.facts["trained_on"] == tuned.facts["validated_on"] == 120


@pytest.mark.parametrize("views", ["image", "study"])
def test_out_of_fold_log_odds_are_those_of_the_chosen_epoch(task, trainings, monkeypatch, views):
    pooled = []
    calibrated = folds.TuningTask.calibrated

    def spy(self, unseen):
        pooled.append(unseen.odds)
        return calibrated(self, unseen)

    monkeypatch.setattr(folds.TuningTask, "calibrated", spy)
    made = task(epochs=3, views=views)
    tuned = tune_by_folds(made)
    chosen = tuned.fit.parameters["best_epoch"]
    same = make_folds(made.images.labels, made.images.groups, made.seed, 3)
    for training, (_, rows) in zip(trainings, same, strict=False):
        by_row = dict(zip(training._validation.rows, training.validated[chosen - 1], strict=True))
        assert [by_row[made.images.rows[row]] for row in rows] == list(pooled[0][rows])
    if views == "image":
        by_fold = [roc_auc_score(made.images.labels[rows], pooled[0][rows]) for _, rows in same]
        assert tuned.fit.selection_auroc == pytest.approx(np.mean(by_fold))


def test_all_folds_have_all_epochs_and_the_mean_is_told(task, trainings):
    made = task(epochs=5, early_stopping_patience=1, learning_rate=1e-9)
    tuned = tune_by_folds(made)
    assert [len(training.history) for training in trainings[:3]] == [5, 5, 5]
    for epoch, of_folds in zip(
        tuned.history, zip(*(t.history for t in trainings[:3]), strict=True), strict=False
    ):
        assert epoch["validation_loss"] == pytest.approx(np.mean([e["validation_loss"] for e in of_folds]))
        assert epoch["seconds"] == pytest.approx(sum(e["seconds"] for e in of_folds))


def test_the_refit_has_as_many_updates_as_the_folds(task, trainings):
    """80 of 120 images make five updates per epoch in a fold, eight in the refit."""
    tuned = tune_by_folds(task(epochs=2, min_updates=80))
    chosen = tuned.fit.parameters["best_epoch"]
    assert tuned.fit.parameters["epochs"] == 16
    assert tuned.facts["updates"] == pytest.approx(5 * chosen, abs=4)
    assert trainings[-1].recipe.each_stage()[0].epochs == 10
    assert [epoch.get("refit", False) for epoch in tuned.history].count(True) == tuned.fit.parameters[
        "refit_epochs"
    ]


def test_a_choice_in_the_first_stage_ends_the_refit_there(task, trainings):
    """The second stage has so high a rate that its epochs are worse."""
    stages = [{"trainable": "head", "epochs": 3, "learning_rate": 1e-3}, {"learning_rate": 5, "epochs": 2}]
    made = replace(task(), recipe=Recipe(stages=stages, batch_size=16, folds=3))
    tuned = tune_by_folds(made)
    refit = trainings[-1]
    assert tuned.history[int(tuned.fit.parameters["best_epoch"]) - 1]["stage"] == 0
    assert {epoch["stage"] for epoch in refit.history} == {0}


def test_finished_folds_leave_no_weights_behind(task):
    made = task(epochs=1)
    tune_by_folds(made)
    sizes = [path.stat().st_size for path in made.checkpoints.glob("rate-*/*.safetensors")]
    assert len(sizes) == 3
    assert max(sizes) < 10_000 < (made.checkpoints / "weights.safetensors").stat().st_size


def test_a_fine_tuning_killed_after_its_last_epoch_predicts_by_the_trained_network(task, tmp_path):
    """Its checkpoints are all there, and nothing is left to train: the weights come from the refit's."""
    made = task(epochs=2)
    whole = tune_by_folds(made)
    again = tune_by_folds(made)
    assert np.array_equal(whole.fit.probabilities, again.fit.probabilities)
    assert len(set(np.round(again.fit.probabilities, 6))) > 1

import numpy as np
import pytest
import torch
from scipy.special import expit, logit, softmax
from sklearn.metrics import log_loss, roc_auc_score
from torch.nn import functional

from classifiers.fine_tuning.data import Part
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.task_outputs import (
    class_probabilities,
    class_weights,
    mean_task_loss,
    problem_odds,
    smoothed_targets,
    summed_task_loss,
    task_scores,
)
from classifiers.label_problems import LabelProblems

CLASSES = LabelProblems("multiclass", ("a", "b", "c"))
GRADES = LabelProblems("ordinal", ("0", "1", "2"))
FINDINGS = LabelProblems("multilabel", ("x", "y"))
RANDOM = np.random.default_rng(2)
ROWS = 12
LABELS = np.arange(ROWS) % 3
TRUTH = np.eye(3)[LABELS]


def outputs_of(problems):
    return RANDOM.normal(size=(ROWS, len(problems.names))) * 2


def loss(problems, outputs, truth, units=None, weights=None):
    units = np.arange(len(outputs)) if units is None else units
    weights = np.ones_like(truth) if weights is None else weights
    tensors = (torch.from_numpy(np.asarray(one)) for one in (outputs, units, truth, weights))
    return float(summed_task_loss(problems, *tensors))


def test_the_loss_of_classes_is_torchs_cross_entropy():
    outputs = outputs_of(CLASSES)
    wanted = functional.cross_entropy(torch.from_numpy(outputs), torch.from_numpy(LABELS), reduction="sum")
    assert loss(CLASSES, outputs, TRUTH) == pytest.approx(float(wanted))


def test_the_loss_of_grades_is_that_of_corn():
    """Binary cross-entropy of each output on the images of that grade or more (Shi et al. 2023, equation 7)."""
    outputs, total = outputs_of(GRADES), 0.0
    for task in range(2):
        rows = task <= LABELS
        total += log_loss(LABELS[rows] > task, expit(outputs[rows, task]), normalize=False, labels=[0, 1])
    assert loss(GRADES, outputs, TRUTH) == pytest.approx(total)


def test_grades_have_the_probabilities_of_the_chain():
    outputs = outputs_of(GRADES)
    above = np.cumprod(expit(outputs), axis=1)
    found = class_probabilities(GRADES, outputs)
    assert found == pytest.approx(GRADES.combine(above))
    assert problem_odds(GRADES, outputs) == pytest.approx(logit(above))


def test_classes_and_findings_have_their_usual_probabilities():
    outputs = outputs_of(CLASSES)
    assert class_probabilities(CLASSES, outputs) == pytest.approx(softmax(outputs, axis=1))
    assert problem_odds(CLASSES, outputs) == pytest.approx(logit(softmax(outputs, axis=1)))
    assert class_probabilities(FINDINGS, outputs[:, :2]) == pytest.approx(expit(outputs[:, :2]))
    assert problem_odds(FINDINGS, outputs[:, :2]) is not None


def test_what_was_not_read_adds_nothing_to_the_loss_or_its_gradient():
    truth = (RANDOM.random((ROWS, 2)) < 0.5).astype(float)
    truth[::3, 1] = np.nan
    outputs = torch.from_numpy(outputs_of(FINDINGS)).requires_grad_()
    units, ones = torch.arange(ROWS), torch.ones(ROWS, 2, dtype=torch.float64)
    found = summed_task_loss(FINDINGS, outputs, units, torch.from_numpy(truth), ones)
    found.backward()
    assert outputs.grad is not None
    assert (outputs.grad[::3, 1] == 0).all()
    read = ~np.isnan(truth)
    each = log_loss(truth[read], expit(outputs.detach().numpy()[read]), normalize=False)
    assert found.item() == pytest.approx(each / 2)


@pytest.mark.parametrize("problems", [CLASSES, GRADES, FINDINGS], ids=lambda one: one.kind)
def test_a_study_has_the_mean_probability_of_its_views(problems):
    outputs = outputs_of(problems)
    truth = TRUTH[::2][:, : len(problems.classes)]
    units = np.repeat(np.arange(ROWS // 2), 2)
    means = class_probabilities(problems, outputs).reshape(ROWS // 2, 2, -1).mean(axis=1)
    wanted = mean_task_loss(problems, means, truth, np.ones_like(truth))
    assert loss(problems, outputs, truth, units) / len(truth) == pytest.approx(wanted)


@pytest.mark.parametrize("problems", [CLASSES, GRADES, FINDINGS], ids=lambda one: one.kind)
def test_the_mean_loss_of_images_is_what_training_sums(problems):
    outputs, truth = outputs_of(problems), TRUTH[:, : len(problems.classes)]
    mean = mean_task_loss(problems, class_probabilities(problems, outputs), truth, np.ones_like(truth))
    assert loss(problems, outputs, truth) / ROWS == pytest.approx(mean, rel=1e-5)


def test_smoothing_keeps_the_sum_of_classes_and_what_was_not_read():
    assert smoothed_targets(TRUTH, CLASSES, 0.3)[0] == pytest.approx([0.8, 0.1, 0.1])
    assert smoothed_targets(np.array([[1, np.nan]]), FINDINGS, 0.2) == pytest.approx(
        np.array([[0.9, np.nan]]), nan_ok=True
    )


def test_weights_are_as_large_for_rare_classes_as_for_common_ones():
    truth = np.eye(3)[[0, 0, 0, 0, 1, 1, 2, 2]]
    part = Part(np.arange(8), np.arange(8), np.zeros(8, int), np.full(8, "hand"), CLASSES, truth)
    weights = class_weights(Recipe(loss="class_weighted_bce"), CLASSES, part, part)
    assert (truth * weights).sum(axis=0) == pytest.approx([8 / 3] * 3)
    assert (class_weights(Recipe(), CLASSES, part, part) == 1).all()
    findings = np.array([[1, np.nan], [0, np.nan], [0, np.nan], [0, np.nan]])
    few = Part(np.arange(4), np.arange(4), np.zeros(4, int), np.full(4, "hand"), FINDINGS, findings)
    found = class_weights(Recipe(loss="class_weighted_bce"), FINDINGS, few, few)
    assert found[:, 0] == pytest.approx([1.5, 0.5, 0.5, 0.5])
    assert (found[:, 1] == 1).all()


def test_scores_of_an_epoch_are_accuracy_and_macro_auroc():
    probabilities = softmax(outputs_of(CLASSES), axis=1)
    found = task_scores("train", CLASSES, probabilities, TRUTH)
    assert found["train_auroc"] == pytest.approx(roc_auc_score(LABELS, probabilities, multi_class="ovr"))
    assert found["train_accuracy"] == (probabilities.argmax(axis=1) == LABELS).mean()
    truth = np.array([[1, np.nan], [0, 1]])
    assert task_scores("x", FINDINGS, np.array([[0.9, 0], [0.2, 0.4]]), truth) == {
        "x_accuracy": pytest.approx(2 / 3),
        "x_auroc": 1.0,
    }
    assert task_scores("x", FINDINGS, np.ones((2, 2)), np.ones((2, 2)))["x_auroc"] == 0.5

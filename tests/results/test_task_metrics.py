import numpy as np
import pytest
from sklearn import metrics as sk

from results.label_tasks import one_hot
from results.metric_lookup import default_primary, metric_names
from results.metrics import METRICS
from results.task_metrics import metrics_of, task_metric_value, task_metric_values, with_both

RANDOM = np.random.default_rng(5)
ROWS, CLASSES = 240, 4
CUTS = np.array([0.3, 0.4, 0.5, 0.6])
LABELS = RANDOM.choice(CLASSES, ROWS, p=[0.5, 0.3, 0.15, 0.05])
SCORES = np.exp(RANDOM.normal(size=(ROWS, CLASSES)) + 1.2 * one_hot(LABELS, CLASSES))
PROBABILITIES = SCORES / SCORES.sum(axis=1, keepdims=True)
GUESS = PROBABILITIES.argmax(axis=1)
FINDINGS = (RANDOM.random((ROWS, CLASSES)) < [0.5, 0.3, 0.2, 0.1]).astype(float)
CHANCES = 1 / (1 + np.exp(-(RANDOM.normal(size=(ROWS, CLASSES)) + 1.5 * FINDINGS - 1)))
ONCE = np.ones(ROWS)
DRAWN = RANDOM.integers(0, 3, ROWS).astype(float)


def of_class(name, weights):
    truth = one_hot(LABELS, CLASSES)
    return task_metric_value(name, truth, PROBABILITIES, weights[:, None], CUTS)[0]


def of_findings(name, weights):
    return task_metric_value(name, FINDINGS, CHANCES, weights[:, None], CUTS)[0]


def mean(function, truth, scores, **more):
    return np.mean([function(truth[:, k], scores[:, k], **more) for k in range(CLASSES)])


@pytest.mark.parametrize("weights", [ONCE, DRAWN], ids=["once", "resampled"])
def test_metrics_of_classes_are_those_of_scikit_learn(weights):
    known = {"sample_weight": weights}
    wanted = {
        "macro_auroc": sk.roc_auc_score(LABELS, PROBABILITIES, multi_class="ovr", **known),
        "macro_average_precision": sk.average_precision_score(
            one_hot(LABELS, CLASSES), PROBABILITIES, average="macro", **known
        ),
        "accuracy": sk.accuracy_score(LABELS, GUESS, **known),
        "balanced_accuracy": sk.balanced_accuracy_score(LABELS, GUESS, **known),
        "macro_f1": sk.f1_score(LABELS, GUESS, average="macro", **known),
        "cohens_kappa": sk.cohen_kappa_score(LABELS, GUESS, **known),
        "quadratic_kappa": sk.cohen_kappa_score(LABELS, GUESS, weights="quadratic", **known),
        "grade_error": sk.mean_absolute_error(LABELS, GUESS, **known),
        "log_loss": sk.log_loss(LABELS, PROBABILITIES, **known),
        "multiclass_brier": sk.brier_score_loss(LABELS, PROBABILITIES, scale_by_half=False, **known),
    }
    assert {*wanted, "macro_ece"} == set(metrics_of("ordinal"))
    assert {name: of_class(name, weights) for name in wanted} == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("weights", [ONCE, DRAWN], ids=["once", "resampled"])
def test_metrics_of_findings_are_those_of_scikit_learn(weights):
    known = {"sample_weight": weights}
    wanted = {
        "macro_auroc": sk.roc_auc_score(FINDINGS, CHANCES, average="macro", **known),
        "macro_average_precision": sk.average_precision_score(FINDINGS, CHANCES, average="macro", **known),
        "macro_f1_of_findings": sk.f1_score(FINDINGS, CHANCES >= 0.5, average="macro", **known),
        "macro_f1_of_findings_at_chosen": sk.f1_score(FINDINGS, CHANCES >= CUTS, average="macro", **known),
        "macro_balanced_accuracy": mean(sk.balanced_accuracy_score, FINDINGS, CHANCES >= 0.5, **known),
        "macro_log_loss": mean(sk.log_loss, FINDINGS, CHANCES, **known),
        "macro_brier": mean(sk.brier_score_loss, FINDINGS, CHANCES, **known),
    }
    assert {name: of_findings(name, weights) for name in wanted} == pytest.approx(wanted, abs=1e-12)


def test_the_calibration_error_is_the_mean_of_that_of_each_class():
    truth, ones = one_hot(LABELS, CLASSES), ONCE[:, None]
    each = [
        METRICS["ece"].function(truth[:, k].astype(int), PROBABILITIES[:, k], ones, 0.5)
        for k in range(CLASSES)
    ]
    assert of_class("macro_ece", ONCE) == pytest.approx(np.mean(each), abs=1e-15)


def test_all_values_come_at_once_and_by_resampling():
    weights = np.stack([ONCE, DRAWN], axis=1)
    found = task_metric_values("multilabel", FINDINGS, CHANCES, weights, CUTS)
    assert {name for name in found if name.endswith("_at_chosen")} == {
        "macro_f1_of_findings_at_chosen",
        "macro_balanced_accuracy_at_chosen",
    }
    assert {values.shape for values in found.values()} == {(2,)}
    assert found["macro_auroc"][1] == pytest.approx(of_findings("macro_auroc", DRAWN), abs=1e-15)


def test_what_was_not_read_counts_nowhere():
    gaps = FINDINGS.copy()
    gaps[:60, 1] = np.nan
    one = task_metric_value("macro_auroc", gaps, CHANCES, ONCE[:, None], CUTS)[0]
    each = [
        sk.roc_auc_score(gaps[~np.isnan(gaps[:, k]), k], CHANCES[~np.isnan(gaps[:, k]), k]) for k in range(4)
    ]
    assert one == pytest.approx(np.mean(each), abs=1e-12)


def test_a_class_that_no_row_has_is_left_out_and_one_that_is_not_drawn_makes_no_value():
    none = FINDINGS.copy()
    none[:, 3] = 0
    assert with_both(none).tolist() == [0, 1, 2]
    found = task_metric_value("macro_auroc", none, CHANCES, ONCE[:, None], CUTS)[0]
    assert found == pytest.approx(sk.roc_auc_score(FINDINGS[:, :3], CHANCES[:, :3]), abs=1e-12)
    without = (1 - FINDINGS[:, [3]]).astype(float)
    assert np.isnan(task_metric_value("macro_auroc", FINDINGS, CHANCES, without, CUTS)).all()
    nobody = np.zeros((ROWS, CLASSES))
    assert np.isnan(task_metric_value("macro_auroc", nobody, CHANCES, ONCE[:, None], CUTS)).all()


def test_each_task_has_its_metrics_and_the_one_that_decides():
    assert [default_primary(task) for task in ("binary", "multiclass", "multilabel", "ordinal")] == [
        "auroc",
        "macro_auroc",
        "macro_auroc",
        "quadratic_kappa",
    ]
    assert "quadratic_kappa" not in metrics_of("multiclass")
    assert metrics_of("binary") == {}
    assert metric_names("binary")[0] == "auroc"
    assert "calibration_slope" not in metric_names("binary")
    assert metric_names("multilabel") == tuple(metrics_of("multilabel"))

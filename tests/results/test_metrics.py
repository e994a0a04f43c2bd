import os
import subprocess
import sys
from importlib.metadata import EntryPoint

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from results.evaluation import evaluate
from results.labels import metric_label
from results.metric import Metric
from results.metric_lookup import limits
from results.metrics import AT_CHOSEN, GROUP, METRICS, metric_value, metric_values, with_entry_points

RANDOM = np.random.default_rng(0)
FIRST_VERSION = {
    "auroc": 1.4041502572896447,
    "average_precision": 1.6754605499335653,
    "cohens_kappa": -0.012798087834459838,
    "accuracy": 1.509075644776967,
    "balanced_accuracy": 1.4938709144098605,
    "sensitivity": 1.5848654518307375,
    "specificity": 1.402876376988984,
    "f1": 1.639493060018717,
    "mcc": -0.012039174891150368,
    "brier": 1.0220478822672443,
    "ece": 0.9122869488993419,
    "cohens_kappa_at_chosen": -0.2932216063319518,
    "accuracy_at_chosen": 1.466967912391817,
    "balanced_accuracy_at_chosen": 1.360190468186119,
    "sensitivity_at_chosen": 2.153612270521565,
    "specificity_at_chosen": 0.5667686658506732,
    "f1_at_chosen": 1.840581986770712,
    "mcc_at_chosen": -0.32480545806889205,
}


def data(n=150, ties=False, constant=False):
    labels = RANDOM.integers(0, 2, n)
    probabilities = np.clip(0.25 * labels + RANDOM.random(n) * 0.75, 0, 1)
    probabilities = probabilities.round(1) if ties else probabilities
    return labels, np.full(n, 0.3) if constant else probabilities


def expected(labels, probabilities, weights, threshold):
    w = {"sample_weight": weights}

    def at(cut):
        predicted = (probabilities >= cut).astype(int)
        return {
            "cohens_kappa": sk.cohen_kappa_score(labels, predicted, **w),
            "accuracy": sk.accuracy_score(labels, predicted, **w),
            "balanced_accuracy": sk.balanced_accuracy_score(labels, predicted, **w),
            "sensitivity": sk.recall_score(labels, predicted, **w),
            "specificity": sk.recall_score(labels, predicted, pos_label=0, **w),
            "f1": sk.f1_score(labels, predicted, **w),
            "mcc": sk.matthews_corrcoef(labels, predicted, **w),
        }

    return {
        "auroc": sk.roc_auc_score(labels, probabilities, **w),
        "average_precision": sk.average_precision_score(labels, probabilities, **w),
        "brier": sk.brier_score_loss(labels, probabilities, **w),
        **at(0.5),
        **{name + AT_CHOSEN: value for name, value in at(threshold).items()},
    }


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("kind", ["equal", "counts", "real"])
@pytest.mark.parametrize("repeat", range(5))
def test_every_metric_is_scikit_learns_to_1e12(ties, kind, repeat):
    labels, probabilities = data(ties=ties)
    weights = {
        "equal": np.ones(150),
        "counts": RANDOM.poisson(1.0, 150).astype(float),
        "real": RANDOM.random(150),
    }[kind]
    values = metric_values(labels, probabilities, weights[:, None], threshold=0.4)
    for name, value in expected(labels, probabilities, weights, 0.4).items():
        assert values[name][0] == pytest.approx(value, abs=1e-12), name


def test_columns_of_weights_are_independent():
    labels, probabilities = data(ties=True)
    weights = RANDOM.poisson(1.0, (150, 4)).astype(float)
    together = metric_values(labels, probabilities, weights, 0.4)
    for column in range(4):
        alone = metric_values(labels, probabilities, weights[:, [column]], 0.4)
        for name, values in together.items():
            assert values[column] == pytest.approx(alone[name][0], abs=1e-12), name


def test_calibration_error_by_hand():
    labels, probabilities = np.array([0, 1, 1, 1]), np.array([0.15, 0.15, 0.95, 0.95])
    values = metric_values(labels, probabilities, np.ones((4, 1)), 0.5)
    assert values["ece"][0] == pytest.approx(0.5 * abs(0.5 - 0.15) + 0.5 * abs(1 - 0.95))


def test_equal_scores_are_worth_half():
    labels, probabilities = data(constant=True)
    values = metric_values(labels, probabilities, np.ones((150, 1)), 0.5)
    assert values["auroc"][0] == 0.5
    assert values["average_precision"][0] == pytest.approx(labels.mean())


def test_one_class_alone_is_undefined_without_a_warning():
    values = metric_values(np.ones(5, int), np.linspace(0, 1, 5), np.ones((5, 1)), 0.5)
    for name in ("auroc", "balanced_accuracy", "specificity"):
        assert np.isnan(values[name][0]), name
    assert values["sensitivity"][0] == pytest.approx(0.6)


def test_the_area_is_of_probabilities_not_of_decisions():
    labels, probabilities = data()
    ones = np.ones((150, 1))
    decided = metric_values(labels, (probabilities >= 0.5).astype(float), ones, 0.5)["auroc"][0]
    assert metric_values(labels, probabilities, ones, 0.5)["auroc"][0] > decided


def test_each_metric_alone_is_the_same_to_the_last_bit():
    labels, probabilities = data(ties=True)
    weights = RANDOM.poisson(1.0, (150, 7)).astype(float)
    together = metric_values(labels, probabilities, weights, 0.4)
    twins = [name + AT_CHOSEN for name, metric in METRICS.items() if metric.thresholded]
    assert list(together) == [*METRICS, *twins]
    for name, values in together.items():
        alone = metric_value(name, labels, probabilities, weights, 0.4)
        assert np.array_equal(alone, values, equal_nan=True), name


def test_values_are_those_of_the_first_version():
    """Computed at commit 76b69fc, before metrics had a registry."""
    random = np.random.default_rng(7)
    labels, probabilities = random.integers(0, 2, 90), random.random(90).round(2)
    weights = random.poisson(1.0, (90, 3)).astype(float)
    values = metric_values(labels, probabilities, weights, 0.3)
    found = {name: float(values[name].sum()) for name in FIRST_VERSION}
    assert found == pytest.approx(FIRST_VERSION, rel=1e-12)


def test_the_worst_and_the_best_predictions_reach_the_limits():
    labels = np.tile([0, 1], 20)
    perfect = metric_values(labels, labels.astype(float), np.ones((40, 1)), 0.4)
    reversed_ = metric_values(labels, 1.0 - labels, np.ones((40, 1)), 0.4)
    for name in filter(limits, perfect):
        found = sorted([float(perfect[name][0]), float(reversed_[name][0])])
        assert found[1] == limits(name)[1]
        if name != "average_precision":  # whose least value depends on the prevalence
            assert found[0] == limits(name)[0], name


def log_loss(labels, probabilities, weights, threshold):
    losses = -np.log(np.where(labels == 1, probabilities, 1 - probabilities).clip(1e-15))
    return losses @ weights / weights.sum(axis=0)


LOG_LOSS = Metric("log_loss", "log loss", log_loss, (0.0, np.inf), higher_is_better=False)


def test_a_metric_without_an_upper_limit_has_an_interval_on_its_own_scale(monkeypatch):
    monkeypatch.setitem(METRICS, "log_loss", LOG_LOSS)
    labels, probabilities = data()
    rows = pd.DataFrame({"study": np.arange(150), "body_part": "hand", "label": labels})
    rows = rows.assign(image=rows.study, patient=rows.study, probability=probabilities.clip(0.01, 0.99))
    found = evaluate(rows, threshold=0.5, resamples=200)["metrics"]["image"]["log_loss"]
    assert limits("log_loss") is None
    assert found["value"] == pytest.approx(sk.log_loss(labels, rows.probability))
    assert found["low"] < found["value"] < found["high"]
    assert found["value"] - found["low"] == pytest.approx(found["high"] - found["value"])
    assert metric_label("log_loss", "study") == "log loss per study"


def test_calibration_has_a_target_and_no_direction():
    assert {name: metric.target for name, metric in METRICS.items() if metric.target is not None} == {
        "calibration_slope": 1.0,
        "calibration_intercept": 0.0,
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("no_such_module:X", r"'extra = no_such_module:X' .*package unknown.* cannot be imported"),
        ("json:dumps", "must load a results.metric.Metric, not a function"),
        ("tests.results.test_metrics:TAKEN", "the name 'auroc' is taken"),
    ],
)
def test_a_broken_entry_point_is_named(value, message, monkeypatch):
    monkeypatch.setitem(sys.modules, "tests.results.test_metrics", sys.modules[__name__])
    with pytest.raises(ValueError, match=message):
        with_entry_points(METRICS.values(), [EntryPoint("extra", value, GROUP)])


TAKEN = Metric("auroc", "another AUROC", log_loss)

PACKAGE = """
import numpy as np
from results.metric import Metric

def bias(labels, probabilities, weights, threshold):
    return (probabilities - labels) @ weights / weights.sum(axis=0)

BIAS = Metric("bias", "mean bias", bias, (-np.inf, np.inf), chance=0.0)
"""

USE = """
import more_metrics  # first, which must not matter
from benchmark.grid.schema import Evaluation
from results.labels import metric_label
from results.metrics import METRICS
assert list(METRICS)[-1] == "bias" and Evaluation(primary="bias").primary == "bias"
assert metric_label("bias", "study") == "mean bias per study"
"""


def test_an_installed_package_adds_a_metric(tmp_path):
    (tmp_path / "more_metrics.py").write_text(PACKAGE)
    info = tmp_path / "more_metrics-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: more-metrics\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nbias = more_metrics:BIAS\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    made = subprocess.run(
        [sys.executable, "-c", USE], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr

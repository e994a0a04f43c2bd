import numpy as np
import pytest
from sklearn import metrics as sk

from results.metrics import AT_CHOSEN, limits, metric_values
from results.names import METRIC_NAMES

RANDOM = np.random.default_rng(0)


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


def test_the_names_known_to_the_grid_are_the_metrics():
    labels, probabilities = data()
    values = metric_values(labels, probabilities, np.ones((150, 1)), 0.5)
    assert {name for name in values if not name.endswith(AT_CHOSEN)} == set(METRIC_NAMES)


def test_the_worst_and_the_best_predictions_reach_the_limits():
    labels = np.tile([0, 1], 20)
    perfect = metric_values(labels, labels.astype(float), np.ones((40, 1)), 0.4)
    reversed_ = metric_values(labels, 1.0 - labels, np.ones((40, 1)), 0.4)
    for name in perfect:
        found = sorted([float(perfect[name][0]), float(reversed_[name][0])])
        assert found[1] == limits(name)[1]
        if name != "average_precision":  # whose least value depends on the prevalence
            assert found[0] == limits(name)[0], name

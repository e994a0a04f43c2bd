"""Each fast fit against the plain scikit-learn estimator that defines its answer."""

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifiers import boosting, linear, reference
from classifiers.catalogue import CLASSIFIERS
from classifiers.names import CLASSIFIER_NAMES
from classifiers.subset import Subset

FITTED = ("logistic_regression", "linear_svm", "rbf_svm", "xgboost")


def make(n, d, seed=0, threads=1, noise=1.0):
    random = np.random.default_rng(seed)
    factors = random.standard_normal((n + 400, 8))
    x = (factors @ random.standard_normal((8, d)) + random.standard_normal((n + 400, d))).astype(np.float32)
    y = (factors[:, 0] + factors[:, 1] + noise * random.standard_normal(n + 400) > 0).astype(np.int64)
    groups = np.array([f"p{row // 2}" for row in range(n)], dtype=object)
    return Subset(3 + 5 * x[:n], y[:n], groups, 3 + 5 * x[n:], seed, threads), y[n:]


@pytest.fixture(autouse=True)
def short_boosting(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (10, 20))


def test_the_names_known_to_the_grid_are_the_classifiers():
    assert tuple(CLASSIFIERS) == CLASSIFIER_NAMES


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.parametrize(("n", "d"), [(120, 200), (300, 20)])
def test_the_answer_is_scikit_learns(name, n, d):
    subset, truth = make(n, d)
    fit = CLASSIFIERS[name](subset)
    found = reference.search(name, subset.train, subset.labels, subset.folds, subset.seed)
    plain = reference.calibrated(found, subset.train, subset.labels, subset.folds).predict_proba(subset.test)
    assert fit.selection_auroc == pytest.approx(found.best_score_, abs=0.01)
    aurocs = roc_auc_score(truth, fit.probabilities), roc_auc_score(truth, plain[:, 1])
    assert aurocs[0] == pytest.approx(aurocs[1], abs=0.006 if n < d else 0.003)
    assert aurocs[0] > 0.75


@pytest.mark.parametrize("loss", [linear.LOGISTIC, linear.SQUARED_HINGE])
@pytest.mark.parametrize(("n", "d"), [(80, 200), (300, 20)])
@pytest.mark.parametrize("strength", [1e-4, 1e-2])
def test_the_solver_finds_the_minimum_scikit_learn_finds(loss, n, d, strength):
    subset, _ = make(n, d)
    train, test = linear.row_space(subset.x, subset.x_test)
    weights = linear.Solver(train, subset.labels, loss).solve(strength, np.ones((n, 1), np.float32))
    name = "logistic_regression" if loss is linear.LOGISTIC else "linear_svm"
    plain, _ = reference.estimator(name, d, 0)
    plain.set_params(C=strength, tol=1e-8).fit(subset.x, subset.labels)
    ours, theirs = (test @ weights)[:, 0], plain.decision_function(subset.x_test)
    assert np.allclose(ours - ours.mean(), theirs - theirs.mean(), atol=0.02 * theirs.std())


@pytest.mark.parametrize("loss", [linear.LOGISTIC, linear.SQUARED_HINGE])
def test_weak_regularisation_is_solved_as_far_as_scikit_learn_solves_it(loss):
    """Where the classes can be separated, steps become small long before the answer is reached."""
    subset, _ = make(120, 200, noise=0.0)
    train, test = linear.row_space(subset.x, subset.x_test)
    weights = linear.Solver(train, subset.labels, loss).solve(1.0, np.ones((120, 1), np.float32))
    plain, _ = reference.estimator("logistic_regression" if loss is linear.LOGISTIC else "linear_svm", 200, 0)
    plain.set_params(C=1.0, tol=1e-8).fit(subset.x.astype(np.float64), subset.labels)
    ours, theirs = (test @ weights)[:, 0], plain.decision_function(subset.x_test.astype(np.float64))
    assert np.std(ours - theirs) < 0.02 * theirs.std()


def test_several_folds_at_once_are_each_fold_alone():
    subset, _ = make(200, 30)
    train, _ = linear.row_space(subset.x, subset.x_test)
    columns = np.ones((200, 3), np.float32)
    columns[:50, 0] = columns[50:120, 1] = 0
    solver = linear.Solver(train, subset.labels, linear.LOGISTIC)
    together = solver.solve(1e-2, columns)
    alone = np.hstack([solver.solve(1e-2, columns[:, [k]]) for k in range(3)])
    assert np.allclose(train @ together, train @ alone, atol=5e-3)


@pytest.mark.parametrize("name", CLASSIFIER_NAMES)
def test_the_same_subset_gives_the_same_bits_whatever_ran_before(name):
    one, _ = make(100, 30)
    two, _ = make(100, 30)
    CLASSIFIERS["linear_svm"](two)
    assert np.array_equal(CLASSIFIERS[name](one).probabilities, CLASSIFIERS[name](two).probabilities)


@pytest.mark.parametrize("name", FITTED)
def test_no_signal_does_not_turn_the_ranking_round(name):
    """A sigmoid fitted on noise may fall, and would then give 1 - AUROC on the test set."""
    for seed in range(3):
        subset, truth = make(60, 100, seed, noise=4.0)
        fit = CLASSIFIERS[name](subset)
        assert roc_auc_score(truth, fit.probabilities) > 0.4
        assert len(np.unique(fit.probabilities)) > 100


@pytest.mark.parametrize("name", CLASSIFIER_NAMES)
def test_probabilities_are_probabilities(name):
    subset, _ = make(80, 10)
    fit = CLASSIFIERS[name](subset)
    assert fit.probabilities.shape == (400,)
    assert ((fit.probabilities >= 0) & (fit.probabilities <= 1)).all()
    assert 0 <= fit.threshold <= 1
    assert set(fit.seconds) == {"select", "fit", "predict"}


@pytest.mark.parametrize("name", CLASSIFIER_NAMES)
def test_every_classifier_of_a_subset_counts_what_they_share(name):
    subset, _ = make(80, 10)
    subset.__dict__["seconds_shared"] = 100.0
    assert (CLASSIFIERS[name](subset).seconds["select"] > 100) == (name != "majority")


def test_probabilities_are_calibrated():
    subset, truth = make(1000, 20)
    fit = CLASSIFIERS["linear_svm"](subset)
    high = fit.probabilities > 0.7
    assert truth[high].mean() == pytest.approx(fit.probabilities[high].mean(), abs=0.08)


def test_constant_features_do_no_harm():
    subset, _ = make(80, 10)
    subset.train[:, 3] = 7
    assert np.isfinite(CLASSIFIERS["logistic_regression"](subset).probabilities).all()


def test_values_that_are_not_numbers_are_refused():
    subset, _ = make(80, 10)
    subset.train[0, :2] = np.nan
    with pytest.raises(ValueError, match="2 values of the embedding are not finite"):
        CLASSIFIERS["logistic_regression"](subset)


def test_beyond_the_kernels_limit_a_part_is_searched_and_all_is_fitted(monkeypatch):
    subset, truth = make(300, 10)
    whole = roc_auc_score(truth, CLASSIFIERS["rbf_svm"](subset).probabilities)
    monkeypatch.setattr("classifiers.svm.KERNEL_ROWS", 200)
    monkeypatch.setattr("classifiers.svm.SELECTION_ROWS", 150)
    assert roc_auc_score(truth, CLASSIFIERS["rbf_svm"](subset).probabilities) == pytest.approx(
        whole, abs=0.03
    )


def test_the_kernel_svm_holds_one_folds_kernel_at_a_time():
    """All five folds' kernels at once took two jobs at 10,000 rows to 8 GiB."""
    subset, _ = make(1200, 5)
    _ = subset.x, subset.x_test, subset.folds
    tracemalloc.start()
    CLASSIFIERS["rbf_svm"](subset)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 1200**2 * np.dtype(np.float32).itemsize

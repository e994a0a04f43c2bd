"""The registry, and each fast fit against the plain scikit-learn estimator that defines its answer."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifiers import boosting, linear, neighbours, svm, tabicl_fit
from classifiers.catalogue import CLASSIFIERS, GROUP, find_classifier, learns
from classifiers.classifier import Classifier
from classifiers.fitting import Fit
from extractors.registry import with_entry_points
from tests.classifiers import reference
from tests.classifiers.problems import HERE, make

FITTED = [name for name in HERE if CLASSIFIERS[name].learns]

ROUNDS = boosting.ROUNDS  # as shipped; the tests boost for fewer


def test_every_entry_is_found_by_its_name_and_a_typo_is_named():
    assert all(find_classifier(name) is entry and entry.name == name for name, entry in CLASSIFIERS.items())
    with pytest.raises(ValueError, match="no classifier 'xgbost'; did you mean 'xgboost'"):
        find_classifier("xgbost")


def test_only_the_baseline_learns_nothing():
    assert [name for name in (*CLASSIFIERS, "end_to_end") if not learns(name)] == ["majority"]


def test_the_methods_text_says_what_is_searched():
    """When a grid changes, its sentence must change as well."""
    powers = "the powers of ten from 10⁻⁵ to 10"
    said = {name: entry.method for name, entry in CLASSIFIERS.items()}
    assert linear.STRENGTHS == (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10)
    assert powers in said["logistic_regression"]
    assert powers in said["linear_svm"]
    assert (svm.STRENGTHS, svm.GAMMAS) == ((0.1, 1, 10, 100), (1 / 16, 1 / 4, 1))
    assert "0.1, 1, 10 and 100, and gamma among 1/16, 1/4 and 1" in said["rbf_svm"]
    assert (sorted(neighbours.COUNTS), neighbours.COSINE) == ([5, 10, 20, 50], (False, True))
    assert "5, 10, 20 and 50, and the distance among the Euclidean one and one minus" in said["knn"]
    assert (tabicl_fit.COLUMNS, tabicl_fit.ROWS) == (100, 10_000)
    assert (
        "at most 100 principal components of the training images' features, and at most 10,000"
        in said["tabicl"]
    )
    assert (boosting.DEPTHS, ROUNDS) == ((3, 5), (50, 100, 200, 400))
    assert "3 and 5 and their number among 50, 100, 200 and 400" in said["xgboost"]
    assert {
        "learning_rate": 0.1,
        "subsample": 0.8,
        "colsample_bytree": 0.25,
    }.items() <= boosting.SETTINGS.items()
    assert "a learning rate of 0.1 and saw 80 % of the images and 25 % of the features" in said["xgboost"]


def test_an_installed_package_adds_its_own(monkeypatch):
    """One entry is enough to fit it, to plan it, and to be told that it has no reference."""

    def answer(data):
        return Fit(np.full(len(data.test), 0.3), {}, 0.5, 0.5, {"select": 0, "fit": 0, "predict": 0}, 4)

    other = Classifier("forest", "random forest", answer, (0.5, 1.0), "It grew trees.")
    point = SimpleNamespace(name="forest", value="other:FOREST", dist=None, load=lambda: other)
    monkeypatch.setattr("extractors.registry.entry_points", lambda group: [point] * (group == GROUP))
    known = with_entry_points(GROUP, CLASSIFIERS.values())
    assert list(known) == [*CLASSIFIERS, "forest"]
    monkeypatch.setitem(CLASSIFIERS, "forest", known["forest"])
    data, _ = make(80, 10)
    assert find_classifier("forest").fit(data).probabilities.tolist() == [0.3] * 400
    with pytest.raises(ValueError, match="'forest' names no reference"):
        reference.estimator("forest", 10, 0)


@pytest.fixture(autouse=True)
def short_boosting(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (10, 20))


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.parametrize(("n", "d"), [(120, 200), (300, 20)])
def test_the_answer_is_scikit_learns(name, n, d):
    data, truth = make(n, d)
    fit = CLASSIFIERS[name].fit(data)
    found = reference.search(name, data.train, data.labels, data.folds, data.seed)
    plain = reference.calibrated(found, data.train, data.labels, data.folds).predict_proba(data.test)
    assert fit.selection_auroc == pytest.approx(found.best_score_, abs=0.01)
    aurocs = roc_auc_score(truth, fit.probabilities), roc_auc_score(truth, plain[:, 1])
    near = 0.006 if n < d else 0.003
    if name == "knn":  # standardised per fold, other numbers of neighbours may be best by a hair
        near = 0.01
    assert aurocs[0] == pytest.approx(aurocs[1], abs=near)
    assert aurocs[0] > 0.75


@pytest.mark.parametrize("name", HERE)
def test_the_same_data_gives_the_same_bits_whatever_ran_before(name):
    one, _ = make(100, 30)
    two, _ = make(100, 30)
    CLASSIFIERS["linear_svm"].fit(two)
    assert np.array_equal(CLASSIFIERS[name].fit(one).probabilities, CLASSIFIERS[name].fit(two).probabilities)


@pytest.mark.parametrize("name", FITTED)
def test_no_signal_does_not_turn_the_ranking_round(name):
    """A sigmoid fitted on noise may fall, and would then give 1 - AUROC on the test set."""
    for seed in range(3):
        data, truth = make(60, 100, seed, noise=4.0)
        fit = CLASSIFIERS[name].fit(data)
        assert roc_auc_score(truth, fit.probabilities) > 0.4
        assert len(np.unique(fit.probabilities)) > 100


@pytest.mark.parametrize("name", HERE)
def test_probabilities_are_probabilities(name):
    data, _ = make(80, 10)
    fit = CLASSIFIERS[name].fit(data)
    assert fit.probabilities.shape == (400,)
    assert ((fit.probabilities >= 0) & (fit.probabilities <= 1)).all()
    assert 0 <= fit.threshold <= 1
    assert set(fit.seconds) == {"select", "fit", "predict"}


@pytest.mark.parametrize("name", HERE)
def test_every_classifier_of_a_data_counts_what_they_share(name):
    data, _ = make(80, 10)
    data.__dict__["seconds_shared"] = 100.0
    assert (CLASSIFIERS[name].fit(data).seconds["select"] > 100) == CLASSIFIERS[name].learns


def test_probabilities_are_calibrated():
    data, truth = make(1000, 20)
    fit = CLASSIFIERS["linear_svm"].fit(data)
    high = fit.probabilities > 0.7
    assert truth[high].mean() == pytest.approx(fit.probabilities[high].mean(), abs=0.08)


def test_constant_features_do_no_harm():
    data, _ = make(80, 10)
    data.train[:, 3] = 7
    assert np.isfinite(CLASSIFIERS["logistic_regression"].fit(data).probabilities).all()


def test_values_that_are_not_numbers_are_refused():
    data, _ = make(80, 10)
    data.train[0, :2] = np.nan
    with pytest.raises(ValueError, match="2 values of the embedding are not finite"):
        CLASSIFIERS["logistic_regression"].fit(data)

"""Gradients against differences of the log odds, and Shapley values against the score that they share out."""

import numpy as np
import pytest
import xgboost as xgb
from scipy.special import logit

from classifiers.calibration import Sigmoid
from classifiers.conformal import HeldOut
from classifiers.contributions import (
    gradient,
    has_gradient,
    has_shapley_values,
    removal,
    shapley_values,
)
from classifiers.decision_functions import GaussianKernel, Linear, Same, Trees
from classifiers.fitted_model import FittedModel, Standardisation

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(6, 4)).astype(np.float32)
LINEAR = Linear(np.array([1, -2, 0.5, 3], np.float32), 0.3)
KERNEL = GaussianKernel(RANDOM.normal(size=(9, 4)).astype(np.float32), RANDOM.normal(size=9), 0.2, -0.1)


def model_of(decide):
    scaling = Standardisation(np.array([0.1, 0, -0.2, 0.3]), np.array([1, 2, 0.5, 1.5]))
    held_out = HeldOut(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
    return FittedModel(scaling, decide, Sigmoid(1.7, 0.2, -0.4), held_out)


@pytest.mark.parametrize("decide", [LINEAR, KERNEL])
def test_the_gradient_is_the_slope_of_the_log_odds(decide):
    model, step = model_of(decide), np.float32(1e-2)
    assert has_gradient(model)
    for feature in range(4):
        ahead, behind = ROWS.copy(), ROWS.copy()
        ahead[:, feature] += step
        behind[:, feature] -= step
        slope = (logit(model.predict_proba(ahead)) - logit(model.predict_proba(behind))) / (2 * step)
        assert gradient(model, ROWS)[:, feature] == pytest.approx(slope, abs=2e-3)


def test_shapley_values_sum_to_the_log_odds_less_a_constant():
    labels = (ROWS[:, 0] > 0).astype(int)
    booster = xgb.train({"objective": "binary:logistic", "min_child_weight": 0}, xgb.DMatrix(ROWS, labels), 5)
    model = model_of(Trees(booster))
    assert not has_gradient(model)
    rest = logit(model.predict_proba(ROWS)) - shapley_values(model, ROWS).sum(axis=1)
    assert rest == pytest.approx(rest[0], abs=1e-5)


def test_what_groups_of_features_add_is_exact_for_a_linear_classifier():
    model, groups = model_of(LINEAR), np.array([1, 0, -1, 1])
    added = gradient(model, ROWS) * (ROWS - model.standardise.mean)
    expected = np.stack([added[:, 1], added[:, 0] + added[:, 3]], axis=1)
    assert removal(model, ROWS, groups) == pytest.approx(expected, abs=1e-5)


def test_a_group_is_what_the_log_odds_lose_at_its_training_means():
    model = model_of(KERNEL)
    without = np.where([False, True, True, False], model.standardise.mean, ROWS)
    drop = logit(model.predict_proba(ROWS)) - logit(model.predict_proba(without.astype(np.float32)))
    assert removal(model, ROWS, np.array([-1, 0, 0, -1]))[:, 0] == pytest.approx(drop, abs=1e-5)


def test_what_a_classifier_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no gradient"):
        gradient(model_of(Same()), ROWS)
    with pytest.raises(ValueError, match="no trees"):
        shapley_values(model_of(LINEAR), ROWS)
    assert not any(has(model_of(Same())) for has in (has_gradient, has_shapley_values))
    assert (has_gradient(model_of(LINEAR)), has_shapley_values(model_of(LINEAR))) == (True, False)

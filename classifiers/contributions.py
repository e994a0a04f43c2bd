"""What each feature adds to the calibrated log odds of a fitted classifier: gradients and Shapley values."""

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from classifiers.decision_functions import GaussianKernel, Linear, Trees, squared_distances
from classifiers.fitted_model import FittedModel
from classifiers.train_and_test import Matrix


def has_gradient(model: FittedModel) -> bool:
    """Whether `gradient` is defined."""
    return isinstance(model.decide, Linear | GaussianKernel)


def has_shapley_values(model: FittedModel) -> bool:
    """Whether `shapley_values` is defined."""
    return isinstance(model.decide, Trees)


def gradient(model: FittedModel, rows: Matrix) -> Matrix:
    """The gradient of the log odds with regard to embeddings (m, d), as they come from the extractor: (m, d).

    Raises ValueError for a model without one.
    """
    scaled = model.standardise(rows) if model.standardise else rows
    if isinstance(model.decide, Linear):
        of_score = np.broadcast_to(model.decide.weights, rows.shape)
    elif isinstance(model.decide, GaussianKernel):
        of_score = _kernel_gradient(model.decide, scaled)
    else:
        raise ValueError(f"{type(model.decide).__name__} has no gradient")
    scale = model.standardise.scale if model.standardise else 1.0
    return (of_score * (model.calibrate.slope / scale)).astype(np.float32)


def shapley_values(model: FittedModel, rows: Matrix) -> Matrix:
    """What each feature of embeddings (m, d) adds to the log odds of trees, (m, d): all of it but a constant.

    By TreeSHAP (Lundberg et al. 2020, Nat. Mach. Intell. 2:56), as XGBoost computes it. Raises ValueError for
    a model without trees.
    """
    if not isinstance(model.decide, Trees):
        raise ValueError(f"{type(model.decide).__name__} has no trees")
    scaled = model.standardise(rows) if model.standardise else rows
    found = model.decide.booster.predict(xgb.DMatrix(scaled), pred_contribs=True)
    return (found[:, :-1] * model.calibrate.slope).astype(np.float32)  # the last column is the constant


def removal(model: FittedModel, rows: Matrix, groups: NDArray[np.intp]) -> Matrix:
    """How much the log odds drop when a group of features has its training means: (m, number of groups).

    `groups` (d,) are the groups' numbers from 0, or negative for features of none. For a linear classifier it
    is what the group's features add to the log odds. Raises ValueError for a model that does not standardise.
    """
    if model.standardise is None or model.decide is None:
        raise ValueError("the training means of a model without standardisation are not known")
    scaled = model.standardise(rows)
    whole, drops = model.decide(scaled), np.empty((len(rows), int(groups.max()) + 1), np.float32)
    for group in range(drops.shape[1]):
        at_mean = np.where(groups == group, np.float32(0), scaled)
        drops[:, group] = model.calibrate.slope * (whole - model.decide(at_mean))
    return drops


def _kernel_gradient(decide: GaussianKernel, rows: Matrix) -> Matrix:
    """-2 gamma Σ coefficient · exp(-gamma |row - vector|²) · (row - vector)."""
    kernel = np.exp(-np.float32(decide.gamma) * squared_distances(rows, decide.vectors))
    kernel *= decide.coefficients.astype(np.float32)
    towards: Matrix = kernel.sum(axis=1, keepdims=True) * rows - kernel @ decide.vectors
    return towards * np.float32(-2 * decide.gamma)

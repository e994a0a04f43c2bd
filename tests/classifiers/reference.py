"""A plain script's way to each classifier's answer, with scikit-learn alone: the fast fits must agree with it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from classifiers.catalogue import find_classifier
from classifiers.selection import Folds


def estimator(name: str, features: int, seed: int, threads: int = 1) -> tuple[Any, dict[str, list[Any]]]:
    """The scikit-learn estimator of a classifier and its hyperparameter grid, from simple to complex.

    Raises ValueError for an unknown name and for a classifier that names no reference.
    """
    reference = find_classifier(name).reference
    if reference is None:
        raise ValueError(f"the classifier '{name}' names no reference estimator")
    return reference(features, seed, threads)


def search(
    name: str, x: NDArray[np.float32], labels: NDArray[np.int64], folds: Folds, seed: int, threads: int = 1
) -> GridSearchCV:
    """Standardise, then choose hyperparameters by mean AUROC over the folds, then fit on all rows."""
    plain, grid = estimator(name, x.shape[1], seed, threads)
    steps = make_pipeline(StandardScaler(), plain)
    named = {f"{steps.steps[-1][0]}__{key}": values for key, values in grid.items()}
    return GridSearchCV(steps, named, scoring="roc_auc", cv=folds).fit(x, labels)


def calibrated(
    found: GridSearchCV, x: NDArray[np.float32], labels: NDArray[np.int64], folds: Folds
) -> CalibratedClassifierCV:
    """The chosen pipeline with Platt's sigmoid fitted on its out-of-fold scores."""
    plain = CalibratedClassifierCV(found.best_estimator_, method="sigmoid", cv=folds, ensemble=False)
    return plain.fit(x, labels)

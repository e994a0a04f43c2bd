"""The plain scikit-learn estimators that define each classifier's answer; the fast fits must agree."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from xgboost import XGBClassifier

from classifiers import boosting, linear, svm
from classifiers.selection import Folds


def estimator(name: str, features: int, seed: int, threads: int = 1) -> tuple[Any, dict[str, list[Any]]]:
    """The scikit-learn estimator of a classifier and its hyperparameter grid, from simple to complex."""
    if name == "logistic_regression":
        return LogisticRegression(max_iter=10_000), {"C": list(linear.STRENGTHS)}
    if name == "linear_svm":
        plain = LinearSVC(dual=False, intercept_scaling=10, max_iter=10_000)
        return plain, {"C": list(linear.STRENGTHS)}
    if name == "rbf_svm":
        return SVC(), {"gamma": [g / features for g in svm.GAMMAS], "C": list(svm.STRENGTHS)}
    if name == "xgboost":
        plain = XGBClassifier(**boosting.SETTINGS, tree_method="hist", random_state=seed, n_jobs=threads)
        return plain, {"max_depth": list(boosting.DEPTHS), "n_estimators": list(boosting.ROUNDS)}
    return DummyClassifier(strategy="prior"), {}


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

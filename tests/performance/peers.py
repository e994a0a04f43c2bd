"""The fastest plain way of a competent user to each classifier's answer: scikit-learn's and XGBoost's own tools.

Classes are imported in the functions, so that scikit-learn-intelex can replace them (`patched`).
"""

import warnings
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from classifiers.boosting import DEPTHS, ROUNDS, SETTINGS
from classifiers.linear import STRENGTHS
from classifiers.svm import GAMMAS
from classifiers.svm import STRENGTHS as KERNEL_STRENGTHS

PATIENCE = (
    20  # rounds without a better AUROC before boosting stops; a tenth to a twentieth of the rounds is usual
)


def logistic_regression(data, cores):
    """Warm starts along the strengths; its probabilities need no calibration."""
    from sklearn.linear_model import LogisticRegressionCV

    model = LogisticRegressionCV(
        Cs=STRENGTHS,
        cv=data.folds,
        scoring="roc_auc",
        max_iter=1_000,
        n_jobs=cores,
        l1_ratios=(0.0,),
        use_legacy_attributes=False,
    )
    return model.fit(data.x, data.labels).predict_proba(data.x_test)[:, 1]


def linear_svm(data, cores):
    """scikit-learn chooses the primal or the dual problem."""
    from sklearn.svm import LinearSVC

    return _searched(LinearSVC(dual="auto", random_state=data.seed), {"C": STRENGTHS}, data, cores)


def rbf_svm(data, cores):
    from sklearn.svm import SVC

    gammas = [gamma / data.x.shape[1] for gamma in GAMMAS]
    return _searched(SVC(cache_size=1_000), {"gamma": gammas, "C": KERNEL_STRENGTHS}, data, cores)


def xgboost(data, cores):
    """Histograms and early stopping on each fold; then as many rounds as the folds took on average."""
    from xgboost import XGBClassifier

    plain = {**SETTINGS, "tree_method": "hist", "random_state": data.seed, "n_jobs": cores}
    found = {}
    for depth in DEPTHS:
        stopped = []
        for train, rows in data.folds:
            model = XGBClassifier(
                **plain,
                max_depth=depth,
                n_estimators=max(ROUNDS),
                eval_metric="auc",
                early_stopping_rounds=PATIENCE,
            )
            held_out = [(data.x[rows], data.labels[rows])]
            model.fit(data.x[train], data.labels[train], eval_set=held_out, verbose=False)
            stopped.append((model.best_score, model.best_iteration + 1))
        found[depth] = np.mean(stopped, axis=0)
    depth = max(found, key=lambda depth: found[depth][0])
    model = XGBClassifier(**plain, max_depth=depth, n_estimators=round(found[depth][1]))
    return model.fit(data.x, data.labels).predict_proba(data.x_test)[:, 1]


def xgboost_same_grid(data, cores):
    """The grid of ours, each number of rounds anew, as a plain grid search does."""
    from xgboost import XGBClassifier

    plain = XGBClassifier(**SETTINGS, tree_method="hist", random_state=data.seed, n_jobs=cores)
    return _searched(plain, {"max_depth": DEPTHS, "n_estimators": ROUNDS}, data, 1)


def _searched(plain, grid, data, cores):
    """A grid search, and Platt's sigmoid on out-of-fold scores of the best model."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import GridSearchCV

    found = GridSearchCV(plain, grid, scoring="roc_auc", cv=data.folds, n_jobs=cores, refit=False)
    best = plain.set_params(**found.fit(data.x, data.labels).best_params_)
    calibrated = CalibratedClassifierCV(best, cv=data.folds, ensemble=False, n_jobs=cores)
    return calibrated.fit(data.x, data.labels).predict_proba(data.x_test)[:, 1]


PEERS = {
    "logistic_regression": logistic_regression,
    "linear_svm": linear_svm,
    "rbf_svm": rbf_svm,
    "xgboost": xgboost,
    "xgboost_same_grid": xgboost_same_grid,
}
REPLACED = ("logistic_regression", "rbf_svm")  # those of which scikit-learn-intelex has a faster form
INTELEX = find_spec("sklearnex") is not None


@contextmanager
def patched():
    """With scikit-learn-intelex in place of scikit-learn."""
    intelex = import_module("sklearnex")
    intelex.patch_sklearn(verbose=False)
    try:
        yield
    finally:
        intelex.unpatch_sklearn()


def probabilities(name, data, cores):
    """Those of the peer for the test rows of `data`, which is standardised and has its folds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # where regularisation is weak
        return PEERS[name](data, cores)

"""Gradient-boosted trees (XGBoost): one training per depth and fold is scored at every round count."""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from classifiers.fit import Fit, conclude
from classifiers.selection import Candidate, best_of, fold_auroc
from classifiers.subset import Matrix, Subset

DEPTHS = (3, 5)
ROUNDS = (50, 100, 200, 400)
SETTINGS = {"learning_rate": 0.1, "subsample": 0.8, "colsample_bytree": 0.25, "max_bin": 64}


def xgboost(subset: Subset) -> Fit:
    """Histogram gradient boosting; defined by xgboost.XGBClassifier with SETTINGS."""
    shared, began = subset.seconds_shared, perf_counter()
    best = best_of(_candidates(subset))
    selected = perf_counter()
    rounds, depth = int(best.parameters["rounds"]), int(best.parameters["depth"])
    model = xgb.train(_parameters(subset, depth), _matrix(subset, np.arange(len(subset.labels))), rounds)
    fitted = perf_counter()
    scores = _margins(model, subset.x_test, rounds)
    predict = perf_counter() - fitted
    seconds = {"select": shared + selected - began, "fit": fitted - selected, "predict": predict}
    size = len(model.save_raw("ubj"))
    return conclude(best, subset.labels, subset.folds, scores, seconds, size)


def _candidates(subset: Subset) -> Iterator[Candidate]:
    """Each depth and round count, from simple to complex."""
    folds = [_matrix(subset, train) for train, _ in subset.folds]
    for depth in DEPTHS:
        parameters = _parameters(subset, depth)
        models = [xgb.train(parameters, matrix, max(ROUNDS)) for matrix in folds]
        for rounds in ROUNDS:
            held_out = np.empty(len(subset.labels))
            for model, (_, rows) in zip(models, subset.folds, strict=True):
                held_out[rows] = _margins(model, subset.x[rows], rounds)
            auroc = fold_auroc(subset.labels, held_out, subset.folds)
            yield Candidate({"depth": depth, "rounds": rounds}, held_out, auroc)


def _matrix(subset: Subset, rows: NDArray[np.intp]) -> xgb.QuantileDMatrix:
    """Some training rows, sorted into bins once for both depths."""
    return xgb.QuantileDMatrix(
        subset.x[rows], subset.labels[rows], nthread=subset.threads, max_bin=SETTINGS["max_bin"]
    )


def _margins(model: xgb.Booster, x: Matrix, rounds: int) -> NDArray[np.float64]:
    """The log odds after this many rounds: the beginning of a longer run is the shorter run."""
    scores = model.inplace_predict(x, iteration_range=(0, rounds), predict_type="margin")
    return np.asarray(scores, dtype=np.float64)


def _parameters(subset: Subset, depth: int) -> dict[str, Any]:
    return {
        **SETTINGS,
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": depth,
        "seed": subset.seed,
        "nthread": subset.threads,
        "verbosity": 0,
    }

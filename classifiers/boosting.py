"""Gradient-boosted trees (XGBoost). One model per depth and fold is scored at every number of rounds."""

import json
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from classifiers.classifier import ReferenceEstimator
from classifiers.decision_functions import Trees
from classifiers.fitting import Fit, conclude
from classifiers.selection import Candidate, best_of, fold_auroc
from classifiers.train_and_test import Matrix, TrainTest

# Chosen by hand: shallow trees, and round counts that double.
DEPTHS = (3, 5)
ROUNDS = (50, 100, 200, 400)
# Shrinkage (Friedman 2001) and random rows for each tree (Friedman 2002). A quarter of the columns per tree
# and 64 bins instead of XGBoost's 256 save time with hundreds of correlated features. Chosen by hand.
SETTINGS = {"learning_rate": 0.1, "subsample": 0.8, "colsample_bytree": 0.25, "max_bin": 64}


def xgboost(data: TrainTest) -> Fit:
    """Gradient-boosted trees on histograms, as xgboost.XGBClassifier with SETTINGS."""
    shared, began = data.seconds_shared, perf_counter()
    best = best_of(_candidates(data))
    selected = perf_counter()
    rounds, depth = int(best.parameters["rounds"]), int(best.parameters["depth"])
    model = xgb.train(_parameters(data, depth), _matrix(data, np.arange(len(data.labels))), rounds)
    fitted, used = perf_counter(), _device_of(model)
    _to_cpu(model)

    seconds = {"select": shared + selected - began, "fit": fitted - selected}
    size, device = len(model.save_raw("ubj")), data.device if used == data.device else ""
    return conclude(best, data, Trees(model), seconds, size, device=device)


def plain_xgboost(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The estimator with scikit-learn's interface and the grid that define `xgboost`."""
    plain = xgb.XGBClassifier(**SETTINGS, tree_method="hist", random_state=seed, n_jobs=threads)
    return plain, {"max_depth": list(DEPTHS), "n_estimators": list(ROUNDS)}


def _candidates(data: TrainTest) -> Iterator[Candidate]:
    """The candidates of each depth and number of rounds, from simple to complex."""
    folds = [_matrix(data, train) for train, _ in data.folds]
    for depth in DEPTHS:
        parameters = _parameters(data, depth)
        models = [_to_cpu(xgb.train(parameters, matrix, max(ROUNDS))) for matrix in folds]
        for rounds in ROUNDS:
            held_out = np.empty(len(data.labels))
            for model, (_, rows) in zip(models, data.folds, strict=True):
                held_out[rows] = _margins(model, data.x[rows], rounds)
            auroc = fold_auroc(data.labels, held_out, data.folds)
            yield Candidate({"depth": depth, "rounds": rounds}, held_out, auroc)


def _matrix(data: TrainTest, rows: NDArray[np.intp]) -> xgb.QuantileDMatrix:
    """Some training rows, sorted into bins once for both depths."""
    return xgb.QuantileDMatrix(
        data.x[rows], data.labels[rows], nthread=data.threads, max_bin=SETTINGS["max_bin"]
    )


def _device_of(model: xgb.Booster) -> str:
    """Where it was trained: the CPU also where a GPU was asked for that XGBoost does not find."""
    return str(json.loads(model.save_config())["learner"]["generic_param"]["device"])


def _to_cpu(model: xgb.Booster) -> xgb.Booster:
    """The same model, which then predicts rows in the host's memory where they are."""
    if _device_of(model) != "cpu":
        model.set_param({"device": "cpu"})
    return model


def _margins(model: xgb.Booster, x: Matrix, rounds: int) -> NDArray[np.float64]:
    """The log odds after `rounds` rounds: the first trees of a longer training are the shorter training."""
    scores = model.inplace_predict(x, iteration_range=(0, rounds), predict_type="margin")
    return np.asarray(scores, dtype=np.float64)


def _parameters(data: TrainTest, depth: int) -> dict[str, Any]:
    where = {"device": data.device} if data.device else {}
    return {
        **SETTINGS,
        **where,
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": depth,
        "seed": data.seed,
        "nthread": data.threads,
        "verbosity": 0,
    }

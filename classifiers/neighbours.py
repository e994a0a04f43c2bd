"""k nearest neighbours: neighbours are found once per fold and distance, for every number of them."""

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from classifiers.classifier import ReferenceEstimator
from classifiers.decision_functions import Neighbours, nearest, weighted_share
from classifiers.fitting import Fit, conclude
from classifiers.selection import Candidate, best_of, fold_auroc
from classifiers.train_and_test import TrainTest

COUNTS = (50, 20, 10, 5)  # of neighbours, from smooth to rough; fewer where there are fewer training rows
COSINE = (False, True)  # the Euclidean distance, and one minus the cosine, of standardised features


def knn(data: TrainTest) -> Fit:
    """k nearest neighbours, weighted by 1 / distance, as sklearn.neighbors.KNeighborsClassifier.

    Its score is the weighted share of positives, which is calibrated as the other classifiers' scores.
    """
    shared, began = data.seconds_shared, perf_counter()
    best = best_of(_candidates(data))
    selected = perf_counter()
    count, cosine = int(best.parameters["k"]), bool(best.parameters["cosine"])
    score = Neighbours(data.x, data.labels.astype(np.uint8), count, cosine)
    seconds = {"select": shared + selected - began, "fit": perf_counter() - selected}
    return conclude(best, data, score, seconds, data.bytes_of_rows(len(data.labels)))


def plain_knn(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The scikit-learn estimator and grid that define `knn`."""
    grid: dict[str, list[Any]] = {"metric": ["euclidean", "cosine"], "n_neighbors": list(COUNTS)}
    return KNeighborsClassifier(weights="distance", algorithm="brute"), grid


def _candidates(data: TrainTest) -> Iterator[Candidate]:
    for cosine in COSINE:
        held_out = {count: np.empty(len(data.labels)) for count in COUNTS}
        for train, rows in data.folds:
            distances, found = nearest(data.x[rows], data.x[train], max(COUNTS), cosine)
            labels = data.labels[train][found]
            for count in COUNTS:
                held_out[count][rows] = weighted_share(distances[:, :count], labels[:, :count])
        for count in COUNTS:
            auroc = fold_auroc(data.labels, held_out[count], data.folds)
            yield Candidate({"k": count, "cosine": float(cosine)}, held_out[count], auroc)

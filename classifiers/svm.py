"""The SVM with a Gaussian kernel: distances are computed once, folds and strengths select from them."""

from collections.abc import Iterator
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from classifiers.fit import Fit, conclude
from classifiers.selection import Candidate, best_of, fold_auroc, until_worse
from classifiers.subset import Matrix, Subset

STRENGTHS = (0.1, 1.0, 10.0, 100.0)
GAMMAS = (0.0625, 0.25, 1.0)  # times 1 / d: scikit-learn's "scale" for standardised features is 1
KERNEL_ROWS = 12_000  # a float32 matrix of their squared distances takes 0.6 GB
SELECTION_ROWS = 5_000  # beyond KERNEL_ROWS, hyperparameters are chosen on this many first rows
_CACHE_MB = 1_000


def rbf_svm(subset: Subset) -> Fit:
    """SVM with a Gaussian kernel; defined by sklearn.svm.SVC.

    Above KERNEL_ROWS training rows the search and the calibration use the first SELECTION_ROWS of
    them, which are a patient-grouped, stratified subset; the fit uses all.
    """
    whole = len(subset.labels) <= KERNEL_ROWS
    searched = subset if whole else subset.first(SELECTION_ROWS)
    shared, began = searched.seconds_shared, perf_counter()
    distances = squared_distances(searched.x, searched.x)
    best = best_of(_candidates(searched, distances))
    selected = perf_counter()
    strength, gamma = best.parameters["C"], best.parameters["gamma"]
    if whole:
        model = SVC(C=strength, kernel="precomputed").fit(_kernel(distances, gamma), subset.labels)
        fitted = perf_counter()
        scores = model.decision_function(_kernel(squared_distances(subset.x_test, subset.x), gamma))
    else:
        model = SVC(C=strength, gamma=gamma, cache_size=_CACHE_MB).fit(subset.x, subset.labels)
        fitted = perf_counter()
        scores = model.decision_function(subset.x_test)
    predict = perf_counter() - fitted
    seconds = {"select": shared + selected - began, "fit": fitted - selected, "predict": predict}
    size = subset.bytes_of_rows(len(model.support_))
    return conclude(best, searched.labels, searched.folds, scores, seconds, size)


def squared_distances(a: Matrix, b: Matrix) -> Matrix:
    """|a_i - b_j|² as (n, m) float32, by one matrix product."""
    distances: Matrix = a @ b.T
    distances *= -2
    distances += np.einsum("ij,ij->i", a, a)[:, None]
    distances += np.einsum("ij,ij->i", b, b)[None, :]
    np.maximum(distances, 0, out=distances)
    return distances


def _candidates(subset: Subset, distances: Matrix) -> Iterator[Candidate]:
    for factor in GAMMAS:
        gamma = factor / subset.x.shape[1]
        kernel = np.exp(-np.float32(gamma) * distances)
        yield from until_worse(_path(subset, kernel, gamma))


def _path(subset: Subset, kernel: Matrix, gamma: float) -> Iterator[Candidate]:
    """One candidate per strength, from strong to weak regularisation."""
    for strength in STRENGTHS:
        held_out = np.empty(len(subset.labels))
        for train, rows in subset.folds:  # one fold's kernel at a time: all of them would not fit beside it
            model = SVC(C=strength, kernel="precomputed")
            model.fit(kernel[np.ix_(train, train)].astype(np.float64), subset.labels[train])
            held_out[rows] = model.decision_function(kernel[np.ix_(rows, train)])
        auroc = fold_auroc(subset.labels, held_out, subset.folds)
        yield Candidate({"C": strength, "gamma": gamma}, held_out, auroc)


def _kernel(distances: Matrix, gamma: float) -> NDArray[np.float64]:
    kernel: NDArray[np.float32] = np.exp(-np.float32(gamma) * distances)
    return kernel.astype(np.float64)

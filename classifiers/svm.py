"""The SVM with a Gaussian kernel; distances are computed once for all folds and hyperparameters."""

from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np
from sklearn.svm import SVC

from classifiers.classifier import ReferenceEstimator
from classifiers.decision_functions import GaussianKernel, squared_distances
from classifiers.fitting import Fit, conclude
from classifiers.selection import Candidate, best_of, fold_auroc, until_worse
from classifiers.train_and_test import Matrix, TrainTest

# Powers of ten around scikit-learn's default of 1.
STRENGTHS = (0.1, 1.0, 10.0, 100.0)
# Multiples of 1 / d: 1 is scikit-learn's "scale" for standardised features; the others are wider kernels. The
# factor of four between them is that of LIBSVM's guide (Hsu, Chang and Lin 2003).
GAMMAS = (0.0625, 0.25, 1.0)
KERNEL_ROWS = 12_000  # their squared distances in float32 need 0.6 GB
SELECTION_ROWS = 5_000  # beyond KERNEL_ROWS, hyperparameters are chosen on this many first rows
_CACHE_MB = 1_000  # libsvm's kernel cache, scikit-learn's default is 200
_KernelOf = Callable[[float], Matrix]


def rbf_svm(data: TrainTest) -> Fit:
    """SVM with a Gaussian kernel (sklearn.svm.SVC).

    Above KERNEL_ROWS training rows, the search and the calibration use the first SELECTION_ROWS of
    them, which are a patient-grouped, stratified subset; the fit uses all.
    """
    whole = len(data.labels) <= KERNEL_ROWS
    searched = data if whole else data.first(SELECTION_ROWS)
    shared, began = searched.seconds_shared, perf_counter()
    kernel_of = _kernels(searched)
    best = best_of(_candidates(searched, kernel_of))
    selected = perf_counter()
    strength, gamma = best.parameters["C"], best.parameters["gamma"]
    if whole:
        model = SVC(C=strength, kernel="precomputed").fit(kernel_of(gamma).astype(np.float64), data.labels)
    else:
        model = SVC(C=strength, gamma=gamma, cache_size=_CACHE_MB).fit(data.x, data.labels)
    fitted = perf_counter()

    vectors = np.ascontiguousarray(data.x[model.support_])
    score = GaussianKernel(vectors, model.dual_coef_[0].copy(), gamma, float(model.intercept_[0]))
    seconds = {"select": shared + selected - began, "fit": fitted - selected}
    size = data.bytes_of_rows(len(model.support_))
    return conclude(best, data, score, seconds, size, searched, data.device)


def plain_rbf_svm(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The scikit-learn estimator and grid that define `rbf_svm`."""
    return SVC(), {"gamma": [gamma / features for gamma in GAMMAS], "C": list(STRENGTHS)}


def _kernels(data: TrainTest) -> _KernelOf:
    """Maps gamma to the kernel (n, n) float32 of the training rows, on their device or from one product."""
    if data.device:
        from classifiers.kernel_on_device import KernelOnDevice  # imports torch, which takes seconds

        return KernelOnDevice(data.x, data.device)
    distances = squared_distances(data.x, data.x)
    return lambda gamma: np.exp(-np.float32(gamma) * distances)


def _candidates(data: TrainTest, kernel_of: _KernelOf) -> Iterator[Candidate]:
    for factor in GAMMAS:
        gamma = factor / data.x.shape[1]
        yield from until_worse(_path(data, kernel_of(gamma), gamma))


def _path(data: TrainTest, kernel: Matrix, gamma: float) -> Iterator[Candidate]:
    """One candidate per strength, from strong to weak regularisation."""
    for strength in STRENGTHS:
        held_out = np.empty(len(data.labels))
        for train, rows in data.folds:  # one fold at a time, to save memory
            model = SVC(C=strength, kernel="precomputed")
            model.fit(kernel[np.ix_(train, train)].astype(np.float64), data.labels[train])
            held_out[rows] = model.decision_function(kernel[np.ix_(rows, train)])
        auroc = fold_auroc(data.labels, held_out, data.folds)
        yield Candidate({"C": strength, "gamma": gamma}, held_out, auroc)

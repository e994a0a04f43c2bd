"""The kernel SVM: its distances, its memory, and what it does beyond the kernel's limit."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import euclidean_distances

from classifiers import svm
from classifiers.catalogue import CLASSIFIERS
from classifiers.decision_functions import squared_distances
from tests.classifiers.problems import make


def test_beyond_the_kernels_limit_a_part_is_searched_and_all_is_fitted(monkeypatch):
    data, truth = make(300, 10)
    whole = roc_auc_score(truth, CLASSIFIERS["rbf_svm"].fit(data).probabilities)
    monkeypatch.setattr("classifiers.svm.KERNEL_ROWS", 200)
    monkeypatch.setattr("classifiers.svm.SELECTION_ROWS", 150)
    assert roc_auc_score(truth, CLASSIFIERS["rbf_svm"].fit(data).probabilities) == pytest.approx(
        whole, abs=0.03
    )


def test_the_kernel_of_a_device_gives_the_same_choice_and_nearly_the_same_scores():
    data, _ = make(200, 30)
    ours, numpys = (CLASSIFIERS["rbf_svm"].fit(replace(data, device=device)) for device in ("cpu", ""))
    assert ours.parameters == numpys.parameters
    assert ours.selection_auroc == pytest.approx(numpys.selection_auroc, abs=1e-6)
    assert np.allclose(ours.probabilities, numpys.probabilities, atol=1e-3)
    assert (ours.device, numpys.device) == ("cpu", "")


def test_the_kernel_svm_holds_one_folds_kernel_at_a_time(monkeypatch):
    """All five folds' kernels at once took two jobs at 10,000 rows to 8 GiB."""
    monkeypatch.setattr(svm, "GAMMAS", (1.0,))
    monkeypatch.setattr(svm, "STRENGTHS", (0.1, 1.0))
    data, _ = make(800, 5)
    _ = data.x, data.x_test, data.folds
    tracemalloc.start()
    CLASSIFIERS["rbf_svm"].fit(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 800**2 * np.dtype(np.float32).itemsize


def test_squared_distances_are_those_of_scikit_learn_and_never_negative():
    random = np.random.default_rng(0)
    a, b = (random.standard_normal((rows, 30)).astype(np.float32) for rows in (20, 7))
    assert np.allclose(squared_distances(a, b), euclidean_distances(a, b, squared=True), atol=1e-3)
    own = squared_distances(a * 1000, a * 1000)
    assert own.dtype == np.float32
    assert own.min() == 0

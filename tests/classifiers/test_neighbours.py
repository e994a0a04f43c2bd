"""k nearest neighbours; that they are scikit-learn's is a test of the registry."""

import numpy as np
from sklearn.metrics import roc_auc_score

from classifiers.neighbours import COUNTS, knn, plain_knn
from tests.classifiers.problems import make


def test_it_keeps_all_training_rows():
    data, _ = make(100, 30)
    fit = knn(data)
    assert fit.model.decide.vectors.shape == (100, 30)
    assert fit.bytes_on_disk == 4 * 102 * 30
    assert fit.parameters.keys() == {"k", "cosine"}
    assert fit.parameters["k"] in COUNTS


def test_fewer_rows_than_neighbours_are_all_asked():
    data, truth = make(30, 5)
    assert max(COUNTS) > 30
    assert roc_auc_score(truth, knn(data).probabilities) > 0.6


def test_the_distance_is_chosen_on_training_folds():
    """Directions that tell the label, of any length: only the cosine sees them."""
    random = np.random.default_rng(0)
    data, _ = make(200, 10)
    x = random.normal(size=(200, 10))
    x[:, 0] += np.where(data.labels == 1, 1.5, -1.5)
    data.train[:] = x * np.exp(random.normal(0, 2, (200, 1)))
    assert knn(data).parameters["cosine"] == 1
    assert plain_knn(2, 0, 1)[1]["metric"] == ["euclidean", "cosine"]

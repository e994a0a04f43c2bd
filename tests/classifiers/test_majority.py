"""The baseline that looks at no image."""

import numpy as np

from classifiers.majority import majority, plain_majority
from tests.classifiers.problems import make


def test_every_row_gets_the_share_of_positives_in_training():
    data, _ = make(80, 10)
    fit = majority(data)
    assert (fit.probabilities == data.labels.mean()).all()
    assert fit.probabilities.shape == (400,)
    assert fit.predict_proba(data.test[:3]).tolist() == [data.labels.mean()] * 3
    assert (fit.selection_auroc, fit.parameters) == (0.5, {})


def test_it_is_scikit_learns():
    data, _ = make(80, 10)
    plain, grid = plain_majority(10, 0, 1)
    expected = plain.fit(data.train, data.labels).predict_proba(data.test)[:, 1]
    assert np.allclose(majority(data).probabilities, expected)
    assert grid == {}

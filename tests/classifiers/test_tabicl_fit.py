"""What TabICL is given: rows and columns within its limits, and the folds of the other classifiers."""

import numpy as np
import pytest

from classifiers import tabicl_fit
from classifiers.catalogue import CLASSIFIERS
from classifiers.tabicl_fit import tabicl
from tests.classifiers.problems import make


def test_without_weights_it_says_what_to_do(monkeypatch):
    monkeypatch.delenv("BENCHMARK_TABICL", raising=False)
    with pytest.raises(ValueError, match="TabICL"):
        CLASSIFIERS["tabicl"].fit(make(60, 5)[0])


def test_it_judges_as_the_other_classifiers_do(tiny_tabicl):
    data, _ = make(60, 5)
    fit = tabicl(data)
    assert fit.probabilities.shape == (400,)
    assert ((fit.probabilities > 0) & (fit.probabilities < 1)).all()
    assert np.array_equal(fit.probabilities, tabicl(make(60, 5)[0]).probabilities)
    assert fit.predict_proba(data.test[:9]) == pytest.approx(fit.probabilities[:9], abs=1e-5)
    assert fit.bytes_on_disk > 60 * 5 * 4


def test_rows_and_columns_above_its_limits_are_left_out(tiny_tabicl, monkeypatch):
    monkeypatch.setattr(tabicl_fit, "ROWS", 40)
    monkeypatch.setattr(tabicl_fit, "COLUMNS", 3)
    data, _ = make(60, 8)
    decide = tabicl(data).model.decide
    first = data.first(40)
    assert decide.vectors.shape == (40, 3)
    assert np.array_equal(decide.labels, first.labels)
    _, vectors = np.linalg.eigh(np.cov(first.x.T))
    along = np.abs(np.sum(decide.components * vectors[:, ::-1].T[:3], axis=1))
    assert along == pytest.approx(np.ones(3), abs=1e-3), "the first principal components of the training rows"
    assert decide.vectors == pytest.approx(first.x @ decide.components.T, abs=1e-4)


def test_a_fold_is_judged_by_the_others(tiny_tabicl, monkeypatch):
    seen = []

    class Watched:
        nbytes = 0

        def __init__(self, rows, *_):
            self.rows = len(rows)

        def __call__(self, rows):
            seen.append((self.rows, len(rows)))
            return np.arange(len(rows), dtype=np.float64)

    monkeypatch.setattr(tabicl_fit, "InContext", Watched)
    data, _ = make(60, 5)
    tabicl(data)
    folds = [(len(train), len(rows)) for train, rows in data.folds]
    assert seen == [*folds, (60, 400)]

"""Boosted trees: one training is scored at every number of rounds."""

import numpy as np
import pytest
import xgboost as xgb

from classifiers import boosting
from tests.classifiers.problems import make


@pytest.fixture(autouse=True)
def short_boosting(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", (3, 6))


def test_the_beginning_of_a_longer_training_is_the_shorter_one():
    data, _ = make(80, 10)
    matrix = boosting._matrix(data, np.arange(80))
    long, short = (xgb.train(boosting._parameters(data, 3), matrix, rounds) for rounds in (6, 3))
    assert np.array_equal(boosting._margins(long, data.x, 3), boosting._margins(short, data.x, 3))
    assert not np.array_equal(boosting._margins(long, data.x, 3), boosting._margins(long, data.x, 6))


def test_every_depth_and_number_of_rounds_is_a_candidate_from_simple_to_complex():
    data, _ = make(80, 10)
    found = [candidate.parameters for candidate in boosting._candidates(data)]
    assert found == [{"depth": depth, "rounds": rounds} for depth in (3, 5) for rounds in (3, 6)]


def test_the_fit_has_as_many_trees_as_it_says():
    data, _ = make(80, 10)
    fit = boosting.xgboost(data)
    model = xgb.train(
        boosting._parameters(data, int(fit.parameters["depth"])),
        boosting._matrix(data, np.arange(80)),
        int(fit.parameters["rounds"]),
    )
    assert fit.bytes_on_disk == len(model.save_raw("ubj"))
    margins = boosting._margins(model, data.x_test, int(fit.parameters["rounds"]))
    assert np.array_equal(np.argsort(margins, kind="stable"), np.argsort(fit.probabilities, kind="stable"))

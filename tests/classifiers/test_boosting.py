"""Boosted trees: one training is scored at every number of rounds."""

from dataclasses import replace

import numpy as np
import pytest
import torch
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


def test_the_device_is_xgboosts_where_there_is_one():
    data, _ = make(80, 10)
    assert "device" not in boosting._parameters(data, 3)
    assert boosting._parameters(replace(data, device="cuda:0"), 3)["device"] == "cuda:0"
    plain, there = boosting.xgboost(data), boosting.xgboost(replace(data, device="cpu"))
    assert np.array_equal(plain.probabilities, there.probabilities)
    assert (plain.device, there.device) == ("", "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="only where XGBoost finds no GPU")
@pytest.mark.filterwarnings("ignore:.*GPU:UserWarning")
def test_trees_that_xgboost_grew_on_the_cpu_are_not_said_to_be_of_the_device():
    data, _ = make(80, 10)
    assert boosting.xgboost(replace(data, device="cuda:0")).device == ""

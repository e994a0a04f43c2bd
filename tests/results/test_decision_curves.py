"""Net benefit against the package dcurves and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from results.decision_curves import net_benefit, treat_all
from tests.results.net_benefit_by_dcurves import THRESHOLDS, studies

DCURVES = Path(__file__).parents[1] / "data/dcurves.csv"
AT = np.array(THRESHOLDS)


def test_net_benefit_is_that_of_dcurves():
    expected = pd.read_csv(DCURVES).pivot(index="threshold", columns="model", values="net_benefit")
    rows, ones = studies(), np.ones((len(studies()), 1))
    labels = rows["label"].to_numpy()
    for model in ("first", "second"):
        found = net_benefit(labels, rows[model].to_numpy(), ones, AT)[:, 0]
        assert found == pytest.approx(expected[model].to_numpy(), abs=1e-12)
    assert treat_all(labels, ones, AT)[:, 0] == pytest.approx(expected["all"].to_numpy(), abs=1e-12)
    assert (expected["none"] == 0).all()


def test_net_benefit_by_hand():
    labels, probabilities = np.array([1, 1, 0, 0]), np.array([0.9, 0.2, 0.8, 0.1])
    weights = np.array([[1.0, 2.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    found = net_benefit(labels, probabilities, weights, np.array([0.2, 0.5]))
    assert found == pytest.approx(np.array([[(2 - 0.25) / 4, (2 - 0.25) / 4], [(1 - 1) / 4, (2 - 1) / 4]]))


def test_calling_all_is_worth_nothing_at_the_prevalence():
    labels = np.array([1, 0, 0, 0])
    assert treat_all(labels, np.ones((4, 1)), np.array([0.25]))[0, 0] == pytest.approx(0, abs=1e-12)

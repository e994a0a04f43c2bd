from dataclasses import replace
from time import sleep

import numpy as np
import pytest

from classifiers import fitting
from classifiers.fitting import Fit, conclude
from classifiers.selection import Candidate
from classifiers.train_and_test import TrainTest


def concluded(test_rows=7):
    labels, scores = np.tile([0, 1], 20), np.linspace(-1, 1, 40)
    x = np.linspace(-1, 1, 80, dtype=np.float32).reshape(40, 2)
    data = TrainTest(x, labels, np.arange(40), x[:test_rows], seed=0)
    seconds = {"select": 3.0, "fit": 2.0}
    return conclude(Candidate({"C": 1.0}, scores, 0.7), data, lambda rows: rows[:, 0], seconds, 40), x


def test_calibration_counts_as_fitting(monkeypatch):
    monkeypatch.setattr(
        fitting, "calibrate", lambda held_out, *_: sleep(0.02) or (held_out, lambda scores: scores)
    )
    found, _ = concluded()
    assert found.seconds["select"] == 3.0
    assert found.seconds["predict"] < 0.02
    assert 2.02 <= found.seconds["fit"] < 2.5
    assert (found.parameters, found.selection_auroc, found.bytes_on_disk) == ({"C": 1.0}, 0.7, 40)


def test_other_rows_get_what_the_test_rows_got():
    found, x = concluded()
    assert np.array_equal(found.predict_proba(x[:7]), found.probabilities)
    assert concluded(test_rows=0)[0].probabilities.shape == (0,)


def test_a_fit_without_a_model_says_so():
    with pytest.raises(ValueError, match="keeps no model"):
        Fit(np.zeros(1), {}, 0.5, 0.5, {}, 0).predict_proba(np.zeros((1, 2), np.float32))


def test_studies_share_one_decision():
    """The threshold and the sigmoid are those of means over studies, for the first rows too."""
    labels, studies = np.repeat(np.tile([0, 1], 20), 2), np.repeat(np.arange(40), 2)
    random = np.random.default_rng(3)
    scores = labels + random.standard_normal(80)
    x = random.standard_normal((80, 2)).astype(np.float32)
    data = TrainTest(x, labels, studies, x[:4], seed=0, units=studies)
    seconds = {"select": 0.0, "fit": 0.0}
    whole = conclude(Candidate({}, scores, 0.7), data, lambda rows: rows[:, 0], seconds, 0)
    alone = conclude(
        Candidate({}, scores, 0.7), replace(data, units=None), lambda rows: rows[:, 0], seconds, 0
    )
    assert whole.threshold != alone.threshold
    assert not np.allclose(whole.probabilities, alone.probabilities)
    assert len(data.first(10).units) == 10

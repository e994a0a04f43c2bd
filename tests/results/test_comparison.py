"""Differences between cells of one test set are paired by patient."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from results.comparison import OVER_SEEDS, difference_of, differences, mean_of
from results.evaluation import resampled_metric
from results.uncertainty import Resampled, interval, p_value


@pytest.fixture(scope="module")
def truth():
    """60 patients with one to three studies of one image each."""
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(60), rng.integers(1, 4, 60)).astype(str)
    studies = [f"s{i}" for i in range(len(patients))]
    return pd.DataFrame(
        {
            "image": [f"i{i}" for i in range(len(patients))],
            "study": studies,
            "patient": patients,
            "body_part": "wrist",
            "label": rng.integers(0, 2, len(patients)),
        }
    )


def scored(truth, strength, seed):
    """Predictions that see the label with this strength."""
    noise = np.random.default_rng(seed).normal(size=len(truth))
    return truth.assign(probability=1 / (1 + np.exp(-strength * truth["label"] - noise)))


def resampled(predictions):
    return resampled_metric(predictions, 0.5, metric="auroc", unit="study", resamples=400)


def test_the_difference_is_that_of_the_metric_and_its_interval_is_paired(truth):
    weak, strong = (scored(truth, strength, seed=1) for strength in (0.5, 1.5))
    rows = differences({0: resampled(weak)}, {0: resampled(strong)})
    assert [row["seed"] for row in rows] == [0, OVER_SEEDS]
    values = [roc_auc_score(p["label"], p["probability"]) for p in (weak, strong)]
    assert rows[0]["difference"] == pytest.approx(values[1] - values[0])
    assert rows[0]["low"] < rows[0]["difference"] < rows[0]["high"]
    drawn = [resampled(p).drawn for p in (weak, strong)]
    unpaired = np.percentile(drawn[1] - np.random.default_rng(0).permutation(drawn[0]), [2.5, 97.5])
    assert rows[0]["high"] - rows[0]["low"] < 0.7 * np.diff(unpaired)[0], "the same noise: pairing pays"


def test_a_method_against_itself_differs_by_nothing(truth):
    side = {0: resampled(scored(truth, 1, seed=1))}
    found = [
        tuple(row[name] for name in ("difference", "low", "high", "p")) for row in differences(side, side)
    ]
    assert found == [(0, 0, 0, 1)] * 2


def test_interval_and_p_are_those_of_the_paired_draws(truth):
    weak, strong = (resampled(scored(truth, strength, seed=1)) for strength in (0.5, 1.5))
    row = differences({0: weak}, {0: strong}, confidence=0.9)[0]
    paired = Resampled(row["difference"], strong.drawn - weak.drawn, 60)
    assert row["p"] == p_value(paired) < 0.05
    assert (row["low"], row["high"]) == interval(paired, 0.9)
    other = differences({0: weak}, {0: resampled(scored(truth, 0.4, seed=2))})[0]
    assert other["low"] < 0 < other["high"]
    assert other["p"] > 0.05


def test_a_mean_and_a_difference_are_taken_within_each_draw():
    first, second = (Resampled(v, np.array(d), 9) for v, d in ((0.5, [0.4, 0.7]), (0.7, [0.8, 0.7])))
    mean, difference = mean_of([first, second]), difference_of(first, second)
    assert (mean.value, list(mean.drawn)) == (pytest.approx(0.6), pytest.approx([0.6, 0.7]))
    assert (difference.value, list(difference.drawn)) == (pytest.approx(0.2), pytest.approx([0.4, 0]))
    assert mean.patients == difference.patients == 9


def test_over_seeds_is_the_mean_over_the_seeds_that_both_have(truth):
    first = {seed: resampled(scored(truth, 0.5, seed)) for seed in (0, 1, 2)}
    second = {seed: resampled(scored(truth, 1.5, seed + 10)) for seed in (1, 2, 3)}
    rows = differences(first, second)
    assert [row["seed"] for row in rows] == [1, 2, OVER_SEEDS]
    assert rows[-1]["difference"] == pytest.approx(np.mean([row["difference"] for row in rows[:2]]))
    assert rows[-1]["high"] - rows[-1]["low"] < max(row["high"] - row["low"] for row in rows[:2])


def test_no_common_seed_is_no_row(truth):
    side = resampled(scored(truth, 1, seed=1))
    assert differences({0: side}, {1: side}) == []


def test_one_class_is_undefined(truth):
    side = {0: resampled(scored(truth.assign(label=1), 1, seed=1))}
    assert {(row["difference"], row["p"]) for row in differences(side, side)} == {(None, None)}

"""The hard settings run, and a difference without any spread is not taken for a sure one."""

import numpy as np
import pytest

from results.comparison import compare
from results.uncertainty import FEW, Resampled
from tests.validity import hard_settings

UNIT = (0.0, 1.0)


def alike(patients, value=0.9, resamples=50):
    drawn = np.random.default_rng(0).normal(value, 0.02, resamples)
    cells = {seed: Resampled(value, drawn, patients) for seed in (0, 1)}
    return compare(cells, cells, UNIT)


def test_methods_that_no_patient_tells_apart_are_not_surely_equal():
    found = alike(30)
    low, high = found.interval(0.95)
    assert (low, high) == (pytest.approx(-(1 - 0.05 ** (1 / 30))), pytest.approx(1 - 0.05 ** (1 / 30)))
    assert found.p() == 1
    assert found.p_equal(0.02) == pytest.approx(0.98**30 / 2)


def test_the_same_rule_holds_where_both_are_perfect():
    perfect = {0: Resampled(1.0, np.ones(50), 40)}
    reach = 1 - 0.05 ** (1 / 40)
    assert compare(perfect, perfect, UNIT).interval(0.95) == (pytest.approx(-reach), pytest.approx(reach))


def test_without_limits_nothing_is_known_of_a_difference_without_spread():
    cells = {0: Resampled(2.0, np.full(50, 2.0), 40)}
    found = compare(cells, cells, None)
    assert found.interval(0.95) == (0, 0)
    assert np.isnan(found.p(0.1))


def test_a_difference_is_warned_of_where_a_side_is():
    assert alike(FEW).warning is None
    assert "19 patients" in alike(FEW - 1).warning
    assert "limit" in alike(60, value=0.99).warning


@pytest.mark.parametrize("name", hard_settings.SETTINGS)
def test_a_setting_s_interval_is_asked_for_each_metric_and_quantity(name, monkeypatch):
    monkeypatch.setattr(hard_settings, "_PATIENTS", 2000)
    monkeypatch.setattr(hard_settings, "_CHUNKS", 1)
    monkeypatch.setattr(hard_settings, "METRICS", ("auroc",))
    rows = list(hard_settings._coverage(name, 2))
    assert [row["of"] for row in rows] == list(hard_settings.QUANTITIES)
    assert all(0 <= row["undefined"] <= 1 for row in rows)


def test_scores_are_tied_in_steps():
    setting = hard_settings.Setting(100, steps=5)
    assert np.array_equal(setting.scores(np.array([0.1, 0.13, 0.9])), [0, 0.25, 1])

"""The simulated changes are those that were planted, and judged as the project judges."""

import numpy as np
import pytest

from tests.validity import changes, training_sets
from tests.validity.simulation import generator


@pytest.fixture(autouse=True)
def small_population(monkeypatch):
    monkeypatch.setattr(training_sets, "_POPULATION", 3000)
    training_sets._aurocs.cache_clear()
    yield
    training_sets._aurocs.cache_clear()


def test_each_network_keeps_its_noise_and_luck_and_a_set_of_the_same_patients_its_patients(monkeypatch):
    monkeypatch.setattr(changes, "FEWER", 20)
    home, away = changes._tested(200, 200, False, generator("a"))
    assert home.values.shape == (2, 2, 5)
    assert away.values.shape == (2, 3, 5)
    own, same = changes._tested(200, 200, True, generator("a"))
    assert own.fewest == same.fewest
    correlation = np.corrcoef(own.drawn[0, 0, 0], same.drawn[0, 0, 0])[0, 1]
    assert correlation > 0.5
    assert abs(np.corrcoef(home.drawn[0, 0, 0], away.drawn[0, 0, 0])[0, 1]) < 0.7


def test_true_aurocs_have_the_planted_differences():
    levels = np.tile((np.arange(5000) + 0.5) / 5000, (2, 1))
    found = changes._aurocs(levels, 0.82, [0.04, -0.04]).mean(axis=2)
    for row in found:
        assert row == pytest.approx([0.82, 0.86, 0.78], abs=1e-3)


def test_every_setting_is_judged(monkeypatch):
    monkeypatch.setattr(changes, "FEWER", 50)
    rows = changes.changes(2)
    assert len(rows) == 3 * 2 * 2 * 2
    assert rows["covered"].between(0, 1).all()
    verdicts = rows[["fine_tune", "freeze", "equal", "undecided"]].sum(axis=1)
    assert verdicts.to_numpy() == pytest.approx(np.ones(len(rows)))
    assert (rows["flips"] <= rows[["wins_at_home", "loses_away"]].min(axis=1)).all()


def test_the_rule_in_an_ideal_world_is_right_where_one_part_is_all_and_wider_between():
    every = [
        changes.ideal(seeds, share, training=True, patients=10**6)
        for seeds in (3, 5)
        for share in (0.0, 0.3, 1.0)
    ]
    assert [every[place] for place in (0, 2, 3, 5)] == pytest.approx([0.95] * 4, abs=2e-3)
    assert every[1] > every[4] > 0.96, "more so with fewer seeds"
    assert changes.ideal(5, 0.5, training=False) > changes.ideal(5, 0.5, training=True)


def test_satterthwaites_degrees_of_freedom_would_be_too_narrow_with_three_seeds():
    assert min(changes.ideal_satterthwaite(3, share) for share in changes.SHARES) < 0.93
    assert min(changes.ideal(3, share, training=True) for share in changes.SHARES) > 0.95


def test_the_smaller_sets_degrees_of_freedom_widen_little():
    assert 0 < changes.widened(62, 186) < 0.01
    assert changes.widened(62, 10**9) == pytest.approx(0, abs=1e-6)

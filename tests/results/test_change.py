"""The difference of differences: its value, its error with other and with the same patients, its words."""

import numpy as np
import pytest

from results.change import Sides, change_of, change_text, difference_limits
from results.comparison import compare
from results.uncertainty import Resampled


def cell(value, drawn, patients=40):
    return Resampled(value, np.asarray(drawn), patients)


def sides(random, first, second, sd=0.02, seeds=3, patients=40, draws=4000):
    noise = random.normal(0, sd, (2, draws))
    return Sides(
        *(
            {
                seed: cell(value, value + noise[side] + random.normal(0, 1e-3, draws), patients)
                for seed in range(seeds)
            }
            for side, value in enumerate((first, second))
        )
    )


def test_it_is_the_difference_away_minus_that_at_home():
    random = np.random.default_rng(0)
    home, away = sides(random, 0.8, 0.85), sides(random, 0.75, 0.7, patients=25)
    found = change_of(home, away, (0.0, 1.0))
    assert found.value == pytest.approx(-0.1)
    assert (found.first.value, found.second.value) == (pytest.approx(0.05), pytest.approx(-0.05))
    assert (found.first.patients, found.second.patients, found.estimate.patients) == (40, 25, 25)
    assert found.limits == (-1.0, 1.0)
    low, high = found.interval(0.95)
    assert low < -0.1 < high
    assert found.p() < 0.05


def test_variances_of_two_sets_add_and_the_same_patients_are_paired():
    random = np.random.default_rng(1)
    home, other = sides(random, 0.8, 0.85), sides(random, 0.8, 0.85)
    alone = [compare(*one, None).estimate.test_sd for one in (home, other)]
    assert change_of(home, other, None).estimate.test_sd == pytest.approx(np.hypot(*alone), rel=0.05)
    moved = Sides(*({seed: cell(one.value, one.drawn + 0.01) for seed, one in side.items()} for side in home))
    assert change_of(home, moved, None).estimate.error == pytest.approx(0, abs=1e-9)


def test_seeds_are_paired_by_their_trained_models():
    random = np.random.default_rng(2)
    luck = (-0.05, 0.0, 0.05)
    flat = np.zeros(100)

    def with_luck(second):
        first = {seed: cell(0.8, 0.8 + random.normal(0, 0.01, 100)) for seed in range(3)}
        return Sides(
            first, {seed: cell(second + luck[seed], second + luck[seed] + flat) for seed in range(3)}
        )

    found = change_of(with_luck(0.85), with_luck(0.8), None)
    assert found.estimate.training_sd < 0.02, "the luck of a seed goes along with its model"
    apart = {seed: cell(0.8 - luck[seed], 0.8 - luck[seed] + flat) for seed in range(3)}
    assert change_of(with_luck(0.85), Sides(with_luck(0.8).first, apart), None).estimate.training_sd > 0.09


def test_seeds_that_a_side_lacks_are_left_out_and_none_in_common_is_refused():
    random = np.random.default_rng(3)
    home, away = sides(random, 0.8, 0.85, seeds=3), sides(random, 0.8, 0.85, seeds=2)
    assert change_of(home, away, None).seeds == (0, 1)
    with pytest.raises(ValueError, match="no common seed"):
        change_of(home, Sides(away.first, {9: away.second[0]}), None)


def test_limits_and_words():
    assert difference_limits((-1.0, 1.0)) == (-2.0, 2.0)
    assert difference_limits(None) is None
    assert change_text("fine-tune", 0.02) == "more for fine-tune"
    assert change_text("equal", 0.02) == "the same within ±0.02"
    assert change_text("undecided", 0.02, 0.1) == "undecided, could detect ≥ 0.100"

"""The crossover size, and an interval that does not claim one where draws find none."""

import json

import numpy as np
import pytest
from scipy import stats

from results.crossover import (
    ALWAYS,
    BEYOND,
    CROSSED,
    FROZEN_BETTER,
    STATUSES,
    TUNED_BETTER,
    UNDECIDED,
    UNDEFINED,
    Zone,
    crossover,
    is_determined,
    zones,
    zones_text,
)

SIZES = [100, 1000, 10_000]


def found(differences, drawn=None, sizes=SIZES, **options):
    drawn = np.array(differences, float)[:, None] if drawn is None else np.array(drawn, float)
    return crossover(sizes, differences, drawn, **options)


@pytest.mark.parametrize(
    ("differences", "value"),
    [
        ([-0.1, 0.1, 0.2], 10**2.5),
        ([-0.1, -0.03, 0.01], 10**3.75),
        ([0.1, -0.1, 0.1], 10**3.5),  # the last one
        ([-0.1, 0.0, 0.1], 1000),
    ],
)
def test_it_lies_on_the_line_over_log_size(differences, value):
    result = found(differences)
    assert result["value"] == pytest.approx(value)
    assert result["status"] == result["low_status"] == result["high_status"] == CROSSED
    assert (result["low"], result["high"]) == (result["value"], result["value"])


@pytest.mark.parametrize(
    ("differences", "status", "low", "high"),
    [
        ([0.1, 0.1, 0.2], ALWAYS, None, 100),
        ([-0.2, -0.1, -0.1], BEYOND, 10_000, None),
        ([-0.2, 0.1, -0.1], BEYOND, 10_000, None),
        ([0.0, 0.0, 0.0], BEYOND, 10_000, None),
        ([-0.1, np.nan, 0.1], UNDEFINED, None, None),
    ],
)
def test_without_a_crossing_there_is_no_number_but_a_side(differences, status, low, high):
    result = found(differences)
    assert (result["value"], result["status"]) == (None, status)
    assert (result["low"], result["high"]) == (low, high)
    assert result["low_status"] == result["high_status"] == status
    json.dumps(result)


def test_draws_that_never_cross_open_the_interval():
    crosses, never, always = [-0.1, 0.1, 0.2], [-0.1, -0.1, -0.1], [0.1, 0.1, 0.1]
    drawn = np.transpose([crosses] * 90 + [never] * 10)
    result = found(crosses, drawn)
    assert (result["high"], result["high_status"]) == (None, BEYOND)
    assert (result["low"], result["low_status"]) == (pytest.approx(10**2.5), CROSSED)
    assert result["shares"] == {CROSSED: 0.9, ALWAYS: 0, BEYOND: 0.1, UNDEFINED: 0}
    both = found(crosses, np.transpose([always] * 50 + [never] * 50))
    assert (both["low"], both["low_status"]) == (None, ALWAYS)
    assert (both["high"], both["high_status"]) == (None, BEYOND)
    few = found(crosses, np.transpose([crosses] * 980 + [never] * 20))
    assert few["high_status"] == CROSSED, "2 % lie outside a 95 % interval"


def test_the_bounds_are_the_order_statistics_outside_the_quantiles():
    levels = np.linspace(-0.099, 0.099, 201)  # the difference at 1,000 moves the crossover
    drawn = np.stack([np.full(201, -0.1), levels, np.full(201, 0.1)])
    result = found([-0.1, 0.0, 0.1], drawn, confidence=0.9)
    alone = sorted(found([-0.1, level, 0.1])["value"] for level in levels)
    assert result["low"] == pytest.approx(alone[10])
    assert result["high"] == pytest.approx(alone[190])


def test_undefined_draws_are_left_out_until_they_are_half():
    crosses, gap = [-0.1, 0.1, 0.2], [-0.1, np.nan, 0.2]
    some = found(crosses, np.transpose([crosses] * 6 + [gap] * 4))
    assert (some["low"], some["shares"][UNDEFINED]) == (pytest.approx(10**2.5), 0.4)
    most = found(crosses, np.transpose([crosses] * 5 + [gap] * 5))
    assert (most["low"], most["high"], most["low_status"]) == (None, None, UNDEFINED)
    assert most["value"] is not None


def test_several_changes_of_sign_are_counted():
    assert found([-0.1, 0.1, 0.2])["sign_changes"] == 1
    assert found([0.1, 0.0, 0.1])["sign_changes"] == 0
    assert found([-0.1, 0.2, -0.1, 0.2], sizes=[1, 2, 3, 4])["sign_changes"] == 3


@pytest.mark.parametrize("size", [500, 3000])
def test_a_planted_crossover_is_covered(size):
    """Truth is a line over log(size); test sets and their resamplings add correlated noise."""
    random, sizes = np.random.default_rng(1), np.array([100, 300, 1000, 3000, 10_000])
    truth = 0.05 * np.log10(sizes / size)
    noise = np.linalg.cholesky(0.015**2 * (0.5 * np.eye(5) + 0.5))
    covered, values = 0, []
    for _ in range(300):
        seen = truth + noise @ random.normal(size=5)
        result = crossover(sizes, seen, seen[:, None] + noise @ random.normal(size=(5, 400)))
        low, high = (result[bound] for bound in ("low", "high"))
        covered += (low is None or low <= size) and (high is None or high >= size)
        values += [result["value"]] if result["value"] else []
        assert sum(result["shares"].values()) == pytest.approx(1)
        assert set(result["shares"]) == set(STATUSES)
    assert 0.92 <= covered / 300 <= 0.98
    assert np.median(values) == pytest.approx(size, rel=0.25)


def test_where_no_method_is_better_the_interval_is_open_on_both_sides():
    random = np.random.default_rng(0)
    result = crossover(SIZES, [-0.01, 0.0, 0.01], random.normal(0, 0.1, (3, 2000)))
    assert (result["low_status"], result["high_status"]) == (ALWAYS, BEYOND)


@pytest.mark.parametrize(
    ("sizes", "differences", "drawn", "message"),
    [
        ([100, 100], [0, 1], np.zeros((2, 5)), "ascend"),
        ([0, 100], [0, 1], np.zeros((2, 5)), "ascend"),
        ([], [], np.zeros((0, 5)), "ascend"),
        ([100, 200], [0, 1, 2], np.zeros((2, 5)), "2 sizes"),
        ([100, 200], [0, 1], np.zeros((5, 2)), "2 sizes"),
        ([100, 200], [0, 1], np.zeros((2, 0)), "at least one resampling"),
    ],
)
def test_what_does_not_fit_together_is_refused(sizes, differences, drawn, message):
    with pytest.raises(ValueError, match=message):
        crossover(sizes, differences, drawn)


@pytest.mark.parametrize(
    ("status", "low", "high", "determined"),
    [
        (CROSSED, (200, CROSSED), (700, CROSSED), True),
        (ALWAYS, (None, ALWAYS), (None, BEYOND), False),  # spans all that was measured
        (CROSSED, (None, ALWAYS), (None, BEYOND), False),
        (CROSSED, (None, ALWAYS), (700, CROSSED), True),
        (CROSSED, (200, CROSSED), (None, BEYOND), True),
        (ALWAYS, (None, ALWAYS), (100, ALWAYS), True),
        (BEYOND, (1000, BEYOND), (None, BEYOND), True),
        (UNDEFINED, (None, UNDEFINED), (None, UNDEFINED), False),
    ],
)
def test_a_crossover_whose_interval_spans_all_sizes_is_not_determined(status, low, high, determined):
    row = {"status": status, "low": low[0], "low_status": low[1], "high": high[0], "high_status": high[1]}
    assert is_determined(row | {"smallest": 100, "largest": 1000}) == determined


def around(differences, reaches):
    return [(value - reach, value + reach) for value, reach in zip(differences, reaches, strict=True)]


def zones_of(differences, reach=0.05, noise=1e-6, sizes=SIZES, **options):
    """Zones where the draws hardly vary, so that the band is the single intervals."""
    random = np.random.default_rng(0)
    drawn = np.array(differences, float)[:, None] + random.normal(0, noise, (len(sizes), 400))
    return zones(sizes, differences, drawn, around(differences, [reach] * len(sizes)), **options)


def test_three_zones_end_where_the_band_passes_zero():
    found = zones_of([-0.1, 0.0, 0.1])
    assert [zone.zone for zone in found] == [FROZEN_BETTER, UNDECIDED, TUNED_BETTER]
    ends = [end for zone in found for end in zone[1:]]
    assert ends == pytest.approx([100, 10**2.5, 10**2.5, 10**3.5, 10**3.5, 10_000])
    text = "frozen better up to 316 images, undecided 316–3,162, fine-tuned better from 3,162"
    assert zones_text(found) == text


@pytest.mark.parametrize(
    ("differences", "text"),
    [
        ([-0.01, 0.0, 0.01], "undecided at all sizes, 100–10,000 images"),
        ([0.1, 0.1, 0.2], "fine-tuned better at all sizes, 100–10,000 images"),
        ([-0.2, -0.1, -0.1], "frozen better at all sizes, 100–10,000 images"),
        ([0.0, 0.0, 0.1], "undecided up to 3,162 images, fine-tuned better from 3,162"),
        (
            [0.15, 0.0, 0.15],
            "fine-tuned better up to 464 images, undecided 464–2,154, fine-tuned better from 2,154",
        ),
    ],
)
def test_the_zones_in_words(differences, text):
    assert zones_text(zones_of(differences)) == text


def test_the_band_is_wider_than_the_single_intervals():
    random = np.random.default_rng(0)
    drawn = random.normal(0, 1, (3, 20_000))
    reach = stats.norm.ppf(0.975)
    together = stats.norm.ppf((1 + 0.95 ** (1 / 3)) / 2)  # of three independent sizes (Sidak)
    just, not_quite = (
        zones(SIZES, values, drawn, around(values, [reach] * 3))
        for values in ([1.03 * together] * 3, [0.97 * together] * 3)
    )
    assert [zone.zone for zone in just] == [TUNED_BETTER]
    assert [zone.zone for zone in not_quite] == [UNDECIDED]


def test_sizes_that_move_together_need_no_wider_band():
    shift = np.random.default_rng(0).normal(0, 1, 20_000)
    found = zones(SIZES, [2.05] * 3, np.tile(shift, (3, 1)), around([2.05] * 3, [stats.norm.ppf(0.975)] * 3))
    assert [zone.zone for zone in found] == [TUNED_BETTER]


def test_wrong_zones_are_as_rare_as_the_confidence_says():
    """Three sizes without any difference: a zone other than undecided is wrong."""
    random, wrong = np.random.default_rng(0), 0
    for _ in range(400):
        noise = random.multivariate_normal(np.zeros(3), 0.5 + 0.5 * np.eye(3), 401).T
        found = zones(SIZES, noise[:, 0], noise[:, 1:], around(noise[:, 0], [stats.norm.ppf(0.975)] * 3))
        wrong += [zone.zone for zone in found] != [UNDECIDED]
    assert 0.02 < wrong / 400 < 0.08


@pytest.mark.parametrize(
    ("differences", "reach", "noise"),
    [([0.1, float("nan"), 0.1], 0.1, 1e-6), ([0.1] * 3, float("nan"), 1e-6), ([0.1] * 3, 0.1, float("nan"))],
)
def test_what_is_undefined_has_no_zone(differences, reach, noise):
    assert zones_of(differences, reach, noise) == []
    assert zones_text([]) == ""


def test_a_size_without_any_spread_counts_as_known():
    drawn = np.vstack([np.full(50, 0.1), np.random.default_rng(0).normal(0, 0.1, (2, 50))])
    assert zones(SIZES, [0.1, 0.0, 0.0], drawn, [(0.1, 0.1), (-0.2, 0.2), (-0.2, 0.2)])[0] == Zone(
        TUNED_BETTER, pytest.approx(100), pytest.approx(215, abs=1)
    )


def test_a_band_is_as_lopsided_as_the_intervals():
    random = np.random.default_rng(0)
    drawn = 0.1 + random.normal(0, 1e-6, (3, 400))
    above, below = (zones(SIZES, [0.1] * 3, drawn, [ends] * 3) for ends in ((0.05, 0.4), (-0.2, 0.15)))
    assert [zone.zone for zone in above + below] == [TUNED_BETTER, UNDECIDED]

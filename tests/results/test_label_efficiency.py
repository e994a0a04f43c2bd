"""The label-efficiency ratio by hand, outside the measured sizes, and with its interval."""

import numpy as np
import pytest

from results.label_efficiency import LESS, MORE, REACHED, UNDEFINED, is_determined, label_efficiency

SIZES = [100, 1000, 10_000]
FROZEN = [0.7, 0.8, 0.9]  # 0.1 per factor of ten


def ratios(tuned, frozen=FROZEN, noise=0.0, draws=200, sizes=SIZES):
    """The rows of curves whose draws move by independent noise."""
    random = np.random.default_rng(0)
    drawn = [
        np.array(side)[:, None] + noise * random.standard_normal((len(sizes), draws))
        for side in (tuned, frozen)
    ]
    return label_efficiency(sizes, tuned, frozen, *drawn)


def test_a_ratio_is_read_off_the_frozen_curve_over_log_size():
    first, second, third = ratios([0.75, 0.85, 0.9])
    assert [row["status"] for row in (first, second, third)] == [REACHED] * 3
    assert first["value"] == pytest.approx(10**0.5)
    assert second["value"] == pytest.approx(10**0.5)
    assert third["value"] == pytest.approx(1)
    assert (first["low"], first["high"]) == (pytest.approx(first["value"]),) * 2, "no noise"


def test_equal_curves_have_ratio_1():
    assert [row["value"] for row in ratios(FROZEN)] == pytest.approx([1, 1, 1])


def test_outside_the_measured_sizes_the_nearest_end_is_given():
    first, second, third = ratios([0.6, 0.95, 0.95])
    assert (first["status"], first["value"]) == (LESS, 1)
    assert (second["status"], second["value"]) == (MORE, 10)
    assert (third["status"], third["value"]) == (MORE, 1)
    assert (second["least"], second["most"]) == (0.1, 10)


def test_a_frozen_curve_that_falls_is_made_monotone():
    row = ratios([0.8, 0.8, 0.8], frozen=[0.7, 0.82, 0.78])[0]
    assert row["value"] == pytest.approx(10), "0.82 and 0.78 are pooled to 0.8"


def test_draws_outside_the_sizes_keep_their_place():
    row = ratios([0.78, 0.89, 0.95], noise=0.03)[1]
    assert row["status"] == REACHED
    assert row["low"] < row["value"]
    assert (row["high_status"], row["high"]) == (MORE, 10)
    assert is_determined(row)
    wide = ratios([0.75, 0.8, 0.85], noise=0.2)[1]
    assert (wide["low_status"], wide["high_status"]) == (LESS, MORE)
    assert not is_determined(wide)


def test_the_interval_holds_the_true_ratio():
    random = np.random.default_rng(1)
    tuned, frozen, inside = np.array([0.75, 0.83, 0.88]), np.array(FROZEN), 0
    for _ in range(300):
        found = [side + 0.02 * random.standard_normal(3) for side in (tuned, frozen)]
        drawn = [side[:, None] + 0.02 * random.standard_normal((3, 300)) for side in found]
        row = label_efficiency(SIZES, *found, *drawn)[1]
        inside += row["low"] <= 10**0.3 <= row["high"]
    assert 0.9 < inside / 300 <= 1


def test_undefined_values_make_it_undefined():
    rows = label_efficiency(SIZES, [0.8, np.nan, 0.9], FROZEN, np.ones((3, 4)), np.ones((3, 4)))
    assert {row["status"] for row in rows} == {UNDEFINED}
    assert [row["value"] for row in rows] == [None] * 3
    half = np.tile([0.8, np.nan], (3, 10))
    (row, *_) = label_efficiency(SIZES, FROZEN, FROZEN, half, np.full((3, 20), 0.8))
    assert (row["status"], row["low_status"], row["low"]) == (REACHED, UNDEFINED, None)
    assert not is_determined(row)


@pytest.mark.parametrize("sizes", [[], [0, 10], [100, 100]])
def test_sizes_must_ascend(sizes):
    n = len(sizes)
    with pytest.raises(ValueError, match="ascending"):
        label_efficiency(sizes, [0.5] * n, [0.5] * n, np.ones((n, 5)), np.ones((n, 5)))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="3 sizes"):
        label_efficiency(SIZES, FROZEN, FROZEN, np.ones((3, 5)), np.ones((3, 6)))

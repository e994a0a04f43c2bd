"""A zone is wrong where it calls a side better that is not."""

import pytest

from results.crossover import FROZEN_BETTER, TUNED_BETTER, UNDECIDED, Zone
from tests.validity.zones import CROSSING, SIZES, _share, _wrong, found_zones


@pytest.mark.parametrize(
    ("zone", "slope", "wrong"),
    [
        (Zone(FROZEN_BETTER, 100, CROSSING - 1), 0.1, False),
        (Zone(FROZEN_BETTER, 100, CROSSING + 1), 0.1, True),
        (Zone(TUNED_BETTER, CROSSING + 1, 3000), 0.1, False),
        (Zone(TUNED_BETTER, CROSSING - 1, 3000), 0.1, True),
        (Zone(TUNED_BETTER, 1000, 3000), 0.0, True),
        (Zone(UNDECIDED, 100, 3000), 0.0, False),
    ],
)
def test_wrong_zones(zone, slope, wrong):
    assert _wrong(zone, slope) == wrong


def test_the_undecided_share_is_over_the_logarithm_of_the_size():
    half = (SIZES[0] * SIZES[-1]) ** 0.5
    assert _share([Zone(UNDECIDED, SIZES[0], half), Zone(TUNED_BETTER, half, SIZES[-1])]) == pytest.approx(
        0.5
    )


def test_there_is_a_row_per_setting():
    rows = found_zones(2)
    assert len(rows) == 2 * 2 * 4
    assert rows["undecided"].between(0, 1 + 1e-9).all()

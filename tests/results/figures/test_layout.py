"""Axes and panels that figures share."""

import pytest
from matplotlib.figure import Figure

from results.figures.layout import (
    columns_for,
    log_axis,
    panel_grid,
    size_and_patients_axis,
    size_axis,
    spaced_sizes,
)
from results.figures.style import ONE_COLUMN, TWO_COLUMNS


def labels(axis, formatter):
    """The labels of an x axis that are drawn."""
    axis.figure.draw_without_rendering()
    low, high = axis.get_xlim()
    return [
        text.get_text() for text in formatter() if low <= text.get_position()[0] <= high and text.get_text()
    ]


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ([100, 3000, 10000, 36808], ["100", "1,000", "10,000"]),
        ([40, 80], ["40", "80"]),
        ([5], ["5"]),
        ([300, 1000, 1050], ["300", "1,050"]),
    ],
)
def test_sizes_are_labelled_by_powers_of_ten_or_as_they_are(sizes, shown):
    axis = Figure().subplots()
    size_axis(axis, sizes)
    assert labels(axis, axis.get_xticklabels) == shown


def test_patients_are_below_the_sizes_that_have_room_for_both():
    axis = Figure().subplots()
    sizes = [100, 3000, 10000, 36808]
    size_and_patients_axis(axis, sizes, {100: 27, 3000: 909, 10000: 3030}, 1.4)
    assert labels(axis, axis.get_xticklabels) == ["100\n(27)", "10,000\n(3,030)"]
    assert axis.get_xticks(minor=True).tolist() == [3000]
    low, high = axis.get_xlim()
    assert low < 100
    assert high > 36808
    size_and_patients_axis(axis, sizes, {100: 27, 3000: 909, 10000: 3030}, 6.0)
    assert len(labels(axis, axis.get_xticklabels)) == 3


def test_sizes_that_are_close_share_a_label():
    assert spaced_sizes([9000, 10000, 100]) == [100, 10000]


@pytest.mark.parametrize(
    ("values", "shown"), [([0.2, 5000], ["1", "10", "100", "1,000"]), ([3, 40], ["5", "10", "20"])]
)
def test_costs_are_plain_numbers(values, shown):
    axis = Figure().subplots()
    axis.plot(values, [0, 1])
    log_axis(axis)
    assert set(shown) <= set(labels(axis, axis.get_xticklabels))


def test_panels_fit_the_page():
    assert [columns_for(8, ONE_COLUMN), columns_for(8, TWO_COLUMNS), columns_for(1, TWO_COLUMNS)] == [2, 4, 1]
    used = panel_grid(Figure(), 3, 2, "images")
    assert [axis.get_xlabel() for axis in used] == ["", "images", "images"]
    assert len(used[0].figure.axes) == 3
    apart = panel_grid(Figure(), 2, 2, "images", share_x=False)
    apart[0].set_xlim(1, 2)
    assert apart[1].get_xlim() == (0, 1)

"""Accuracy against cost: the Pareto front is what nothing else beats in both."""

import numpy as np
import pytest

from results.figures import CostAccuracy
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

ROWS = [
    {
        "name": name,
        "strategy": strategy,
        "cost": cost,
        "value": value,
        "low": value - 0.03,
        "high": value + 0.02,
    }
    for name, strategy, cost, value in (
        ("resnet50", "fine_tuning", 2000.0, 0.83),
        ("densenet169", "fine_tuning", 5200.0, 0.86),
        ("vgg19", "fine_tuning", 9000.0, 0.85),
        ("resnet50", "feature_extraction", 60.0, 0.80),
        ("densenet169", "feature_extraction", 80.0, 0.79),
        ("edges", "hand_crafted", 30.0, 0.62),
        ("hog", "hand_crafted", 60.0, 0.60),
    )
]


def front(figure):
    table = figure.frame()
    return table["name"][table["on_front"]].tolist()


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_the_front_is_numbered_and_named_beside(whole, width):
    drawn = CostAccuracy(ROWS, "auroc", "study", width=width).plot()
    assert [text.get_text() for text in drawn.axes[0].texts] == ["1", "2", "3", "4"]
    labels = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert labels[-1] == "4  densenet169, fine-tuned"
    assert "Pareto front" in labels
    whole(drawn)


def test_nothing_else_beats_the_front_in_both():
    figure = CostAccuracy(ROWS, "auroc", "study")
    assert front(figure) == ["edges", "resnet50", "resnet50", "densenet169"]
    assert figure.frame()["cost"].is_monotonic_increasing


def test_the_front_is_every_point_that_no_other_dominates():
    random = np.random.default_rng(0)
    points = np.unique(random.integers(1, 12, (60, 2)), axis=0)
    points = points[points[:, 1] <= points[:, 0]]  # dear ones alone may be good: the front has steps
    rows = [
        ROWS[0] | {"name": f"{n}", "cost": cost, "value": value / 12}
        for n, (cost, value) in enumerate(points)
    ]

    def dominated(cost, value):
        at_least, better = (points[:, 0] <= cost) & (points[:, 1] >= value), (points != (cost, value)).any(1)
        return bool((at_least & better).any())

    expected = {f"{n}" for n, point in enumerate(points) if not dominated(*point)}
    assert set(front(CostAccuracy(random.permutation(rows).tolist(), "auroc", "study"))) == expected
    assert 1 < len(expected) < 12


def test_of_equal_cost_the_better_and_of_equal_value_the_cheaper_is_on_the_front():
    same = [
        ROWS[0] | {"name": name, "cost": cost, "value": value}
        for name, cost, value in (("a", 1, 0.7), ("b", 1, 0.8), ("c", 2, 0.8))
    ]
    assert front(CostAccuracy(same, "auroc", "study")) == ["b"]


def test_lower_is_better_for_errors():
    assert front(CostAccuracy(ROWS, "brier", "study")) == ["edges", "hog"]


def test_lines_without_cost_are_left_out_and_no_interval_is_needed(whole):
    rows = [ROWS[0] | {"cost": None}, *(row | {"low": None, "high": None} for row in ROWS[1:])]
    figure = CostAccuracy(rows, "auroc", "study", width=ONE_COLUMN)
    assert len(figure.frame()) == 6
    whole(figure.plot())


def test_one_point_is_drawn(whole):
    whole(CostAccuracy(ROWS[:1], "auroc", "study", width=ONE_COLUMN).plot())


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"cost": None}, "no line has both"), ({"cost": 0}, "resnet50: a cost must be positive")],
)
def test_what_cannot_be_drawn_is_refused(change, reason):
    with pytest.raises(ValueError, match=reason):
        CostAccuracy([ROWS[0] | change], "auroc", "study").plot()

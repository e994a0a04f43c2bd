"""The finished cells of a grid: choosing among them, and what is refused."""

import pytest

from benchmark.analysis.answers import Answers
from benchmark.analysis.grid_results import Results
from benchmark.errors import UserError


@pytest.fixture
def results(findings):
    return Results(Answers(findings.evaluated, findings.evaluated), findings.plan)


def test_predictions_are_chosen_by_axes(results):
    found = results.predictions(strategy="fine_tuning", seed=0, body_part="elbow")
    wanted = {
        record.cell
        for record in results.cells
        if (record.strategy, record.seed, record.body_part) == ("fine_tuning", 0, "elbow")
    }
    assert set(found["cell"]) == wanted
    assert wanted
    assert found["probability"].between(0, 1).all()


def test_axes_that_no_cell_has_give_an_empty_frame_with_its_columns(results):
    found = results.predictions(seed=999)
    assert len(found) == 0
    assert {"cell", "image", "probability", "cell_body_part"} <= set(found.columns)


def test_an_unknown_axis_is_named_with_those_that_there_are(results):
    with pytest.raises(UserError, match=r"no axis 'colour'; there are .*backbone"):
        results.predictions(colour="red")


@pytest.mark.parametrize("difference", [0, -0.1, float("nan")])
def test_a_difference_to_find_is_above_zero(results, difference):
    with pytest.raises(UserError, match="must be above 0"):
        results.power(difference)

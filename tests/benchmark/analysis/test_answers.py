"""The answers of a grid: its own cells apart from its controls, each table worked out once."""

import pytest

from benchmark.analysis.answers import answers_of
from benchmark.analysis.finished import current_records


@pytest.fixture
def finished(whole):
    return current_records(*whole)


def test_controls_stand_apart_from_the_grid_s_own_cells(whole, finished):
    plan, records = whole
    control = finished[0].model_copy(update={"control": "shuffled_labels"})
    answers = answers_of(plan.grid.evaluation, records, [*finished, control])
    assert answers.cells.finished == finished
    assert answers.controls.finished == [control]
    assert answers.finished == [*finished, control]
    assert {point.control for point in answers.points} == {""}
    assert {point.control for point in answers.control_points} == {"shuffled_labels"}


def test_differences_and_head_to_head_rest_on_the_same_pairs(whole, finished):
    plan, records = whole
    answers = answers_of(plan.grid.evaluation, records, finished)
    assert answers.differences is answers.differences, "worked out once"
    assert len(answers.differences) == len(answers.pairs)
    verdicts = {
        (row["backbone"], row["body_part"], row["train_size"]): row["verdict"]
        for row in answers.head_to_head
        if row["verdict"]
    }
    table = answers.differences[answers.differences["verdict"] != ""]
    assert len(table) == len(verdicts)
    for row in table.to_dict("records"):
        assert verdicts[row["backbone"], row["body_part"], row["train_size"]] == row["verdict"]


def test_without_records_there_is_nothing_to_say(whole):
    plan, records = whole
    answers = answers_of(plan.grid.evaluation, records, [])
    assert (answers.finished, answers.points, answers.pairs, answers.head_to_head) == ([], [], [], [])
    assert answers.differences.empty

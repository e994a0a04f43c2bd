"""The planned comparisons are those that all cells of the grid allow."""

from benchmark.analysis.planned import planned_comparisons
from benchmark.grid.cells import expand
from tests.benchmark.planted import answers_from, grid_of, planted


def test_planned_are_all_that_the_finished_grid_compares(tmp_path):
    plan, records = planted(tmp_path, grid_of())
    answers = answers_from(plan, records)
    cells = [planned.cell for planned in plan.cells]
    table = answers.differences
    found = {
        (row.comparison, row.backbone, row.recipe, row.body_part, row.train_size)
        for row in table.itertuples()
    }
    planned = planned_comparisons(cells)
    assert {one.key for one in planned} == found
    assert {one.seeds for one in planned} == {(0, 1)}


def test_a_size_of_drawn_patients_is_planned_under_the_name_that_rows_have(tmp_path):
    drawn = {"resample": "patients", "share": 0.8}
    grid = grid_of(body_parts=["elbow"], train_sizes=[50, "full"], full=drawn, hand_crafted=None)
    plan, records = planted(tmp_path, grid)
    table = answers_from(plan, records).differences
    names = {50, "full (80 % of patients)"}
    assert set(table["train_size"]) == names
    assert {one.train_size for one in planned_comparisons(p.cell for p in plan.cells)} == names
    assert not table["interim"].any()


def test_nothing_is_planned_where_one_side_is_missing():
    grid = grid_of(fine_tuning=None, hand_crafted=None)
    cells, _ = expand(grid, dict.fromkeys(grid.body_parts, 1000))
    assert cells
    assert planned_comparisons(cells) == []

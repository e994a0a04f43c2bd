"""The planned comparisons are those that all cells of the grid allow."""

from benchmark.analysis.paired_differences import BETWEEN_RECIPES, QUESTION
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


def test_single_recipes_are_planned_beside_the_chosen_one(tmp_path):
    section = {
        "backbones": [{"name": "resnet18", "weights": "random", "label": "resnet18"}],
        "recipes": {"full": {"epochs": 3}, "head": {"epochs": 3, "trainable": "head"}},
    }
    plan, records = planted(tmp_path, grid_of(body_parts=["elbow"], train_sizes=[50], fine_tuning=section))
    table = answers_from(plan, records).differences
    planned = planned_comparisons(planned.cell for planned in plan.cells)
    keys = [
        (row.comparison, row.backbone, row.recipe, row.body_part, row.train_size)
        for row in table.itertuples()
    ]
    assert [one.key for one in planned] == keys
    asked = table[table["comparison"] == QUESTION.name]
    assert asked["recipe"].tolist() == ["", "full", "head"]
    assert asked["family"].tolist() == [1, 2, 2], "the question, and single recipes beside it"
    assert (asked["verdict"] != "").tolist() == [True, False, False]
    between = table[table["comparison"] == BETWEEN_RECIPES.name]
    assert between["recipe"].tolist() == ["head − full"]
    rows = answers_from(plan, records).head_to_head
    assert {row["recipe"] for row in rows if row["verdict"]} == {""}

"""What a report says: every table that the grid has what it takes for, and none of the others."""

import pytest

from benchmark.analysis.findings import find
from tests.benchmark.planted import answers_from, grid_of, planted

TABLES = (
    "counts",
    "scores",
    "chosen",
    "differences",
    "tests",
    "crossovers",
    "fits",
    "together",
    "shrunken",
    "spread",
)


def test_a_grid_with_all_strategies_fills_every_table_but_that_of_controls(findings):
    assert [name for name in (*TABLES, "cost") if getattr(findings, name).empty] == []
    assert findings.controls.empty
    assert findings.main_part == "all"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    grid = grid_of(
        feature_extraction=None, fine_tuning=None, seeds=[0], body_parts=["wrist"], train_sizes=[50]
    )
    plan, records = planted(tmp_path_factory.mktemp("alone"), grid)
    return find(answers_from(plan, records), plan)


def test_a_grid_of_one_strategy_leaves_comparisons_empty(alone):
    for name in ("differences", "tests", "crossovers", "together", "shrunken", "spread", "controls"):
        assert getattr(alone, name).empty, name
    assert len(alone.scores) == 1
    assert alone.main_part == "wrist", "the first part where the grid has no `all`"

"""The cell that is shown of a strategy, and those that judge the other body parts."""

import pytest

from benchmark.analysis.leaders import leaders
from benchmark.analysis.shown_cell import cache_of, judges, shown_cell


def test_the_leader_of_the_main_part_at_the_largest_size_is_shown(findings):
    evaluated = findings.evaluated
    shown = shown_cell(evaluated, "fine_tuning")
    assert (shown.body_part, shown.train_size, shown.seed) == ("all", "full", 0)
    assert shown in leaders(evaluated, evaluated.largest["all"])
    assert judges(evaluated, shown) == {"all": shown}


def test_without_all_parts_each_part_has_its_judge_with_the_same_extractor(findings):
    evaluated = findings.evaluated
    shown = shown_cell(evaluated, "feature_extraction").model_copy(update={"body_part": "elbow"})
    found = judges(evaluated, shown)
    for part in ("elbow", "wrist"):
        record = found[part]
        assert (record.backbone, record.seed, record.classifier) == (shown.backbone, 0, "logistic_regression")
        assert (record.body_part, record.train_size) == (part, "full")


def test_a_strategy_without_cells_is_refused(findings):
    with pytest.raises(ValueError, match="no cell of majority is finished"):
        shown_cell(findings.evaluated, "majority")


def test_the_cache_is_that_of_the_workspace(whole, findings):
    _, records = whole
    assert cache_of(findings.evaluated) == records.folder.parent / ".cache"

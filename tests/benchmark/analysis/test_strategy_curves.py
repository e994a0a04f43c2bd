"""The lines of the learning curves: one per strategy, over the backbones that are there both ways."""

from dataclasses import replace

import pytest

from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.analysis.strategy_curves import strategy_points


def values_of(rows, backbone, strategy):
    found = [row for row in rows if (row["backbone"], row["strategy"]) == (backbone, strategy)]
    return {(row["body_part"], row["train_images"]): row["value"] for row in found}


def test_the_mean_over_backbones_comes_first_and_is_the_mean_of_theirs(findings):
    rows = strategy_points(findings.evaluated)
    assert list(dict.fromkeys(row["backbone"] for row in rows)) == [
        EVERY_BACKBONE,
        "resnet18",
        "resnet34",
        "",
    ]
    over, one, two = (
        values_of(rows, name, "fine_tuning") for name in (EVERY_BACKBONE, "resnet18", "resnet34")
    )
    assert len(over) == 3 * 3, "body parts and sizes"
    for setting, value in over.items():
        assert value == pytest.approx((one[setting] + two[setting]) / 2)
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)
    assert all(0 < row["train_patients"] <= row["train_images"] for row in rows)


def test_a_backbone_without_its_counterpart_is_left_out(findings):
    evaluated = findings.evaluated
    cells = [r for r in evaluated.finished if (r.strategy, r.backbone) != ("fine_tuning", "resnet34")]
    rows = strategy_points(replace(evaluated, finished=cells))
    assert {row["backbone"] for row in rows} == {"resnet18", ""}


def test_without_fine_tuning_every_backbone_is_shown(findings):
    cells = [r for r in findings.evaluated.finished if r.strategy == "feature_extraction"]
    rows = strategy_points(replace(findings.evaluated, finished=cells))
    assert {row["backbone"] for row in rows} == {EVERY_BACKBONE, "resnet18", "resnet34"}


def test_each_recipe_has_a_line_of_its_own_beside_the_chosen(findings):
    evaluated = findings.evaluated
    tuned = [r for r in evaluated.finished if r.strategy == "fine_tuning"]
    heads = [r.model_copy(update={"classifier": "head"}) for r in tuned]
    rows = strategy_points(replace(evaluated, finished=[*evaluated.finished, *heads]))
    assert {row["line"] for row in rows if row["strategy"] == "fine_tuning"} == {"", "end_to_end", "head"}
    assert {row["line"] for row in rows if row["strategy"] != "fine_tuning"} == {""}

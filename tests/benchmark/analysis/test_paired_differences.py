"""Paired differences are those of the mean values, adjusted within their families."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from benchmark.analysis.paired_differences import (
    BETWEEN_RECIPES,
    QUESTION,
    Pair,
    comparisons,
    difference_rows,
    pairs,
    with_recipe,
)
from benchmark.analysis.resampled_cells import EVERY_BACKBONE, Setting


def test_differences_hold_every_pair_of_strategies(findings):
    table = findings.differences
    counts = table.groupby(["comparison", "backbone"]).size()
    assert set(counts.index) == {
        (comparison, backbone)
        for comparison in (comparison.name for comparison in comparisons())
        for backbone in ("resnet18", "resnet34", EVERY_BACKBONE)
    }
    assert (counts == 3 * 3).all()  # body parts × sizes
    assert (table["seeds"] == 2).all()


def test_a_difference_is_that_of_the_mean_values(findings):
    table, evaluated = findings.differences, findings.evaluated
    row = table[
        (table["comparison"] == QUESTION.name)
        & (table["body_part"] == "elbow")
        & (table["train_size"] == 400)
    ]
    values = {
        strategy: np.mean(
            [
                r.bounded("study", "auroc").value
                for r in evaluated.finished
                if r.strategy == strategy
                and r.classifier != "majority"
                and r.body_part == "elbow"
                and r.train_size == 400
            ]
        )
        for strategy in ("feature_extraction", "fine_tuning")
    }
    over = row[row["backbone"] == EVERY_BACKBONE].iloc[0]
    assert over["first"] == pytest.approx(values["feature_extraction"])
    assert over["second"] == pytest.approx(values["fine_tuning"])
    assert over["difference"] == pytest.approx(row[row["backbone"] != EVERY_BACKBONE]["difference"].mean())
    assert over["low"] < over["difference"] < over["high"]


def test_p_values_are_adjusted_within_their_family(findings):
    table = findings.differences
    for over in (False, True):
        family = table[
            (table["comparison"] == QUESTION.name) & ((table["backbone"] == EVERY_BACKBONE) == over)
        ]
        assert (family["family"] == len(family)).all()
        expected = multipletests(family["p"], method="holm")[1]
        np.testing.assert_allclose(family["p_adjusted"], expected)


def test_classical_tests_stand_beside_the_resampling(findings):
    table = findings.tests
    assert len(table) == 2 * 3 * 3 * 2  # networks × parts × sizes × seeds
    np.testing.assert_allclose(table["difference"], table["auroc_difference"])
    far = table["p"] < 0.02
    assert far.any()
    assert (table.loc[far, "delong_p"] < 0.05).all()
    assert table["mcnemar_p"].between(0, 1).all()


def test_the_question_of_the_suite_comes_first():
    assert comparisons()[0] == QUESTION
    assert QUESTION.name == "fine-tuned − frozen"
    assert len(set(comparisons())) == len(comparisons()) == 3


def test_sides_without_a_common_seed_have_no_difference():
    pair = Pair(QUESTION, "resnet18", "", Setting("hand", 50, 50, 20), {0: None}, {1: None})
    assert pair.over_seeds() is None


def test_no_pair_no_row(findings):
    assert difference_rows(findings.evaluated, []).empty


def test_a_recipe_stands_behind_the_backbone_where_there_is_one():
    rows = pd.DataFrame({"backbone": ["resnet18", "resnet18"], "recipe": ["head", ""]})
    assert with_recipe(rows)["backbone"].tolist() == ["resnet18 · head", "resnet18"]


def test_recipes_of_one_network_are_compared_with_each_other(findings):
    evaluated = findings.evaluated
    heads = [
        record.model_copy(update={"classifier": "head"})
        for record in evaluated.finished
        if record.strategy == "fine_tuning"
    ]
    both = replace(evaluated, finished=[*evaluated.finished, *heads])
    found = [pair for pair in pairs(both) if pair.comparison == BETWEEN_RECIPES]
    assert {pair.backbone for pair in found} == {"resnet18", "resnet34"}, "no pair of two networks, no mean"
    assert len(found) == 2 * 3 * 3  # networks × parts × sizes
    rows = difference_rows(both, found)
    assert rows["difference"].abs().max() == 0, "these are the same predictions"
    assert (rows["verdict"] == "").all(), "the verdict answers the suite's question only"

"""Paired differences are those of the mean values."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmark.analysis.paired_differences import (
    ADAPTATION,
    BETWEEN_RECIPES,
    QUESTION,
    QUESTIONS,
    comparisons,
    matches,
    pairs,
    with_recipe,
)
from benchmark.analysis.resampled_cells import EVERY_BACKBONE, Method
from benchmark.analysis.verdicts import difference_rows
from benchmark.grid.strategies import STRATEGIES


def test_differences_hold_every_pair_of_strategies(findings):
    table = findings.differences
    counts = table.groupby(["comparison", "backbone"]).size()
    assert set(counts.index) == {
        (comparison, backbone)
        for comparison in (asked.name for asked in comparisons() if ADAPTATION not in asked)
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
    assert tuple(comparisons()[:3]) == QUESTIONS
    assert [asked.question for asked in QUESTIONS] == [
        "freeze or fine-tune?",
        "freeze or adapt?",
        "adapt or fine-tune?",
    ]
    assert len(set(comparisons())) == len(comparisons()) == 5
    registered = {(other, s.name) for s in STRATEGIES.values() for other in s.against}
    assert set(comparisons()) == registered


def test_sides_without_a_common_seed_are_no_pair(findings):
    evaluated = findings.evaluated
    apart = [
        record.model_copy(update={"seed": 7}) if record.strategy == "fine_tuning" else record
        for record in evaluated.finished
    ]
    found = list(pairs(replace(evaluated, finished=apart)))
    assert {pair.comparison.name for pair in found} == {"frozen − hand-crafted"}


def test_a_mean_over_backbones_needs_two_of_them():
    frozen, tuned = (
        [Method(strategy, name, "") for name in names]
        for strategy, names in (("feature_extraction", "ab"), ("fine_tuning", "bc"))
    )
    found = list(matches([*frozen, *tuned]))
    assert [(m.comparison, m.backbone) for m in found] == [(QUESTION, "b")]
    both = list(matches([*frozen, *tuned, Method("fine_tuning", "a", "")]))
    (mean,) = [match for match in both if match.backbone == EVERY_BACKBONE]
    assert [method.backbone for method in (*mean.first, *mean.second)] == ["a", "b", "b", "a"]


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
    assert {pair.match.backbone for pair in found} == {"resnet18", "resnet34"}, (
        "no pair of two networks, no mean"
    )
    assert len(found) == 2 * 3 * 3  # networks × parts × sizes
    rows = difference_rows(both, found)
    assert rows["difference"].abs().max() == 0, "these are the same predictions"
    assert (rows["verdict"] == "").all(), "the verdict answers the suite's question only"


def test_three_ways_are_compared_two_by_two_each_over_its_own_backbones():
    names = {"feature_extraction": "abc", "adaptation": "a", "fine_tuning": "bc"}
    methods = [Method(strategy, name, "") for strategy in names for name in names[strategy]]
    found = [(m.comparison.question, m.backbone) for m in matches(methods)]
    assert found == [
        ("freeze or fine-tune?", "b"),
        ("freeze or fine-tune?", "c"),
        ("freeze or fine-tune?", EVERY_BACKBONE),
        ("freeze or adapt?", "a"),
    ], "no mean of one network against the mean of two others"


def test_methods_of_adaptation_stand_by_themselves_beside_the_other_two_sides():
    chosen = [Method(strategy, "a", "") for strategy in ("feature_extraction", "adaptation", "fine_tuning")]
    single = [Method("adaptation", "a", name) for name in ("lora", "bitfit")]
    beside = [m for m in matches(chosen, single) if m.recipe]
    assert [(m.comparison.name, m.recipe) for m in beside] == [
        ("adapted − frozen", "lora"),
        ("adapted − frozen", "bitfit"),
        ("fine-tuned − adapted", "lora"),
        ("fine-tuned − adapted", "bitfit"),
        ("adapted − adapted", "bitfit − lora"),
    ]

"""run, compare, MLflow and the report say the same of the same cells."""

import pytest

from benchmark.analysis.findings import find
from benchmark.analysis.paired_differences import QUESTION
from benchmark.analysis.resampled_cells import CHOSEN, EVERY_BACKBONE
from benchmark.reporting.answer import answer_rows, answer_text
from results.comparison import OVER_SEEDS
from results.verdict import FINE_TUNE, FREEZE, verdict, verdict_text
from tests.benchmark.planted import answers_from, grid_of, planted


@pytest.fixture(scope="module")
def brier(tmp_path_factory):
    """Planted answers judged by a metric of which less is better."""
    grid = grid_of(
        body_parts=["elbow", "wrist"],
        hand_crafted=None,
        seeds=[0, 1, 2, 3],
        evaluation={"resamples": 200, "primary": "brier", "margin": 0.001},
    )
    plan, records = planted(tmp_path_factory.mktemp("brier"), grid)
    return plan, answers_from(plan, records)


def judged(answers):
    return [row for row in answers.head_to_head if row["verdict"]]


def test_a_lower_brier_score_is_better_everywhere(brier):
    _, answers = brier
    rows = judged(answers)
    assert {row["verdict"] for row in rows} >= {FINE_TUNE}
    for row in rows:
        if row["verdict"] in (FINE_TUNE, FREEZE):
            assert row["verdict"] == (FINE_TUNE if row["difference"] < 0 else FREEZE)


def test_the_report_s_verdicts_are_those_of_the_terminal_and_of_mlflow(brier):
    plan, answers = brier
    findings = find(answers, plan)
    shown = {(row["backbone"], row["body_part"], row["train_size"]): row for row in judged(answers)}
    text = answer_text(findings)
    for row in answer_rows(findings):
        same = shown[row["backbone"], row["body_part"], row["train_size"]]
        names = ("difference", "low", "high", "p_adjusted", "verdict")
        assert [same[name] for name in names] == [row[name] for name in names]
        words = verdict_text(row["verdict"], row["margin"], row["detectable"])
        assert f"**{words}**, {row['difference']:+.3f}" in text


def test_a_verdict_is_the_one_function_of_the_adjusted_p_value(brier):
    _, answers = brier
    for row in judged(answers):
        adjusted = row["p_adjusted"], row["p_equal_adjusted"]
        found = verdict(row["difference"], *adjusted, seeds=4, level=0.05, higher_is_better=False)
        assert row["verdict"] == found
        assert row["p_adjusted"] >= row["p"]


def test_only_the_chosen_classifier_over_seeds_has_a_verdict(findings, brier):
    _, answers = brier
    for row in answers.head_to_head:
        headline = row["classifier"] == CHOSEN and row["seed"] == OVER_SEEDS
        assert (row["verdict"] is not None) == headline == (row["family"] is not None)
    assert {row["backbone"] for row in judged(answers)} == {"resnet18", "resnet34", EVERY_BACKBONE}
    others = findings.differences[findings.differences["comparison"] != QUESTION.name]
    assert set(others["verdict"]) == {""}

"""Differences are judged within the family of comparisons that the grid plans."""

import numpy as np
import pytest

from benchmark.analysis.paired_differences import QUESTION, QUESTIONS
from benchmark.analysis.planned import planned_comparisons
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.analysis.verdicts import difference_rows, over_backbones
from benchmark.datasets.names import EVERY_PART
from results.families import adjusted
from results.verdict import ONE_PAIR, WORDS
from tests.benchmark.planted import NETWORKS, answers_from, grid_of, planted


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    plan, records = planted(
        tmp_path_factory.mktemp("verdicts"), grid_of(hand_crafted=None, seeds=[0, 1, 2, 3])
    )
    return answers_from(plan, records)


def question(table, over=False):
    return table[(table["comparison"] == QUESTION.name) & ((table["backbone"] == EVERY_BACKBONE) == over)]


def pair_of(answers, row):
    (pair,) = [pair for pair in answers.pairs if pair.axes == {name: row[name] for name in pair.axes}]
    return pair


def test_all_body_parts_together_go_before_each_of_them(answers):
    family = question(answers.differences)
    assert (family["family"] == len(family)).all()
    keys = ["backbone", "train_size"]
    gates = family[family["body_part"] == EVERY_PART].set_index(keys)["p_adjusted"]
    parts = family[family["body_part"] != EVERY_PART].set_index(keys)["p_adjusted"]
    assert (parts >= gates.loc[parts.index]).all()
    assert (family["p_adjusted"] >= family["p"]).all()
    assert (gates < 0.05).any()


def test_a_comparison_that_is_not_finished_counts_in_the_family(answers):
    planned = answers.planned
    half = [pair for pair in answers.pairs if pair.setting.train_size != "full"]
    interim, whole = difference_rows(answers.cells, half, planned), answers.differences
    assert interim["interim"].all()
    assert not whole["interim"].any()
    assert (question(interim)["family"] == len(question(whole))).all()
    same = whole.set_index(["comparison", "backbone", "body_part", "train_size"])
    for row in interim.itertuples():
        later = same.loc[(row.comparison, row.backbone, row.body_part, row.train_size)]
        assert later["p_adjusted"] <= row.p_adjusted + 1e-12, "no verdict vanishes as the grid fills"


def test_a_missing_seed_is_interim(answers):
    more = [one._replace(seeds=(*one.seeds, 9)) for one in answers.planned]
    assert difference_rows(answers.cells, answers.pairs, more)["interim"].all()


def test_both_parts_of_the_variance_make_the_error(answers):
    table = answers.differences
    np.testing.assert_array_less(0, table["test_sd"])
    assert (table["training_sd"] > 0).any()
    for _, row in table.iterrows():
        share = pair_of(answers, row).difference.estimate.share
        assert (share == 0) == (row["train_size"] == "full"), "below, seeds have a part of one pool"
        training = row["training_sd"] ** 2 * ((1 - share) / row["seeds"] + share)
        assert row["error"] == pytest.approx(np.sqrt(training + row["test_sd"] ** 2))


def test_the_detectable_difference_is_that_of_the_family_s_first_step(answers):
    for _, row in question(answers.differences).iterrows():
        found = pair_of(answers, row).difference
        expected = pytest.approx(found.detectable(0.05 / row["family"]), nan_ok=True)
        assert row["detectable"] == expected
        assert not row["detectable"] < 2.8 * row["error"]


def test_how_much_worse_freezing_is_at_most_is_the_one_sided_bound(answers):
    for _, row in question(answers.differences).iterrows():
        found = pair_of(answers, row).difference
        assert row["worse_by"] == pytest.approx(max(found.interval(0.9)[1], 0))
        assert row["p_not_worse"] == pytest.approx(found.p_below(0.02))


def test_one_seed_makes_no_claim(tmp_path):
    plan, records = planted(tmp_path, grid_of(seeds=[0], hand_crafted=None, body_parts=["elbow"]))
    table = answers_from(plan, records).differences
    assert set(table["verdict"]) == {ONE_PAIR}
    assert table["training_sd"].isna().all()


def test_the_mean_over_backbones_goes_before_single_ones(answers):
    table = answers.differences
    assert set(over_backbones(table)["backbone"]) == {EVERY_BACKBONE}
    single = table[table["backbone"] == "resnet18"]
    assert over_backbones(single).equals(single)


def test_no_pair_no_row(answers):
    assert difference_rows(answers.cells, []).empty


def test_without_a_plan_the_family_is_what_is_there(answers):
    table = difference_rows(answers.cells, answers.pairs, None)
    assert not table["interim"].any()
    assert table["family"].equals(answers.differences["family"])
    assert planned_comparisons([]) == []


@pytest.fixture(scope="module")
def three_ways(tmp_path_factory):
    adapted = {"backbones": NETWORKS, "methods": ["lora"]}
    plan, records = planted(tmp_path_factory.mktemp("three"), grid_of(adaptation=adapted, seeds=[0, 1, 2]))
    return answers_from(plan, records)


def test_a_comparison_that_nobody_planned_joins_the_family(answers):
    """As where two halves of a grid are put together, of which neither has the mean over backbones."""
    own = [one for one in answers.planned if one.backbone == answers.planned[0].backbone]
    assert 0 < len(own) < len(answers.planned)
    table = difference_rows(answers.cells, answers.pairs, own)
    whole = answers.differences
    keys = ["comparison", "backbone", "recipe", "body_part", "train_size"]
    joined = whole.set_index(keys)["p_adjusted"].sort_index()
    assert table.set_index(keys)["p_adjusted"].sort_index().to_dict() == pytest.approx(joined.to_dict())


def test_three_ways_are_one_family_and_hand_crafted_stays_another(three_ways):
    table = three_ways.differences
    of_networks = table[table["backbone"] != EVERY_BACKBONE]
    asked = of_networks[of_networks["comparison"].isin([question.name for question in QUESTIONS])]
    assert (asked["family"] == len(asked)).all()
    assert len(asked) == 3 * 2 * 3 * 3, "comparisons × networks × parts × sizes"
    others = of_networks[~of_networks["comparison"].isin(asked["comparison"])]
    assert set(others["family"]) == {2 * 3 * 3}
    assert (others["verdict"] == "").all()
    gates = [
        None if row.body_part == EVERY_PART else place for place, row in _places(asked.reset_index(drop=True))
    ]
    np.testing.assert_allclose(asked["p_adjusted"], adjusted(list(asked["p"]), gates))


def _places(asked):
    """Each row with the place of the comparison over all parts that goes before it."""
    keys = ["comparison", "backbone", "train_size"]
    over_all = asked[asked["body_part"] == EVERY_PART].reset_index().set_index(keys)["index"]
    return [(int(over_all[tuple(getattr(row, key) for key in keys)]), row) for row in asked.itertuples()]


def test_each_verdict_names_a_side_of_its_own_comparison(three_ways):
    allowed = {"equal", "undecided"}
    for question in QUESTIONS:
        own = three_ways.differences[three_ways.differences["comparison"] == question.name]
        assert set(own["verdict"]) <= {WORDS[question.first], WORDS[question.second], *allowed}
        assert own["cost_share"].notna().any()

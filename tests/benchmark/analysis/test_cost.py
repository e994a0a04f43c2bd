"""The cost table: what each method costs at the largest size, and what it scores."""

import pytest

from benchmark.analysis.cost import cost_frame, cost_ratio, cost_rows
from tests.benchmark.recorded import finished


def test_a_row_names_the_method_and_repeats_the_record():
    frozen = finished(cost={"device": "cpu", "seconds_total": 4.5})
    tuned = finished(strategy="fine_tuning", classifier="end_to_end", seed=3)
    first, second = cost_rows([frozen, tuned], "study", "auroc")
    assert first["method"] == "resnet50 · rbf_svm"
    assert second["method"] == "resnet50", "the only recipe needs no name"
    assert (first["value"], first["low"], first["high"]) == (0.8, 0.7, 0.9)
    assert (first["seconds_total"], first["train_images"], second["seed"]) == (4.5, 100, 3)


def test_amounts_that_an_old_record_lacks_are_none():
    (row,) = cost_rows([finished(cost=None)], "study", "auroc")
    assert row["seconds_total"] is row["peak_memory_bytes"] is None


def test_the_table_has_every_method_once_at_the_largest_size(findings):
    table = cost_frame(findings.evaluated)
    assert set(table["train_size"]) == {"full"}
    assert len(table) == 3 * (2 * 2 + 2 + 1), "body parts; frozen with two classifiers, fine-tuned, edges"
    assert set(table["seeds"].map(len)) == {2}
    seconds = table.set_index("strategy")["seconds_total"]
    assert set(seconds["fine_tuning"]) == {99.5}
    assert set(seconds["feature_extraction"]) == {4.5}


def test_values_are_those_of_the_scores(findings):
    axes = ["strategy", "backbone", "classifier", "body_part"]
    scores = findings.scores[findings.scores["train_size"] == "full"].set_index(axes)
    for axis, row in cost_frame(findings.evaluated).set_index(axes).iterrows():
        assert row["value"] == pytest.approx(scores.loc[axis, "value"], nan_ok=True)
        assert row["low"] == pytest.approx(scores.loc[axis, "low"], nan_ok=True)


def costing(seconds, embed=0.0, device="cpu", seed=0):
    return finished(seed=seed, cost={"device": device, "seconds_embed": embed, "seconds_total": seconds})


def test_the_cost_ratio_counts_an_embedding_once_per_seed():
    tuned = [costing(100.0), costing(140.0, seed=1)]
    assert cost_ratio([costing(3.0, 2.0), costing(3.0, 2.0, seed=1)], tuned) == pytest.approx(3 / 120)
    candidates = [costing(3.0, 2.0), costing(4.0, 2.0), costing(3.0, 2.0, seed=1), costing(4.0, 2.0, seed=1)]
    assert cost_ratio(candidates, tuned) == pytest.approx((2 + 1 + 2) / 120)


@pytest.mark.parametrize(
    ("frozen", "tuned"),
    [
        ([costing(3.0)], [costing(9.0, device="NVIDIA H100")]),
        ([costing(3.0)], [finished(cost=None)]),
        ([costing(3.0)], []),
        ([costing(3.0), costing(None)], [costing(9.0)]),
        ([costing(3.0, embed=None)], [costing(9.0)]),
        ([costing(3.0)], [costing(0.0)]),
    ],
)
def test_no_cost_ratio_without_all_seconds_on_one_device(frozen, tuned):
    assert cost_ratio(frozen, tuned) is None


def test_fine_tuned_rows_have_a_price_against_the_same_network_frozen(findings):
    table = cost_frame(findings.evaluated)
    tuned = table["strategy"] == "fine_tuning"
    prices = ["frozen_share", "gain_per_hour"]
    assert table.loc[~tuned, prices].isna().all(axis=None)
    share = (2 + 2 * 2.5) / 99.5  # the embedding once, and two classifiers
    assert table.loc[tuned, "frozen_share"].tolist() == pytest.approx([share] * tuned.sum())
    rows = findings.differences
    rows = rows[(rows["comparison"] == "fine-tuned − frozen") & (rows["train_size"] == "full")]
    difference = rows.set_index(["backbone", "body_part"])["difference"]
    for row in table[tuned].to_dict("records"):
        hours = (99.5 - 7) / 3600
        expected = difference[row["backbone"], row["body_part"]] / hours
        assert row["gain_per_hour"] == pytest.approx(expected, nan_ok=True)
    assert table["gain_per_kwh"].isna().all(), "energy is unknown"

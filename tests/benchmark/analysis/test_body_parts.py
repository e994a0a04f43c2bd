"""Body parts of a grid together: their mean and shrunken parts, or the reason why there are none."""

from dataclasses import replace

import pytest

from benchmark.analysis.body_parts import ONE_SEED, shrunken_rows, together_rows
from benchmark.analysis.paired_differences import pairs
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.datasets.names import EVERY_PART
from results.heterogeneity import part_of, parts_together


@pytest.fixture(scope="module")
def found(findings):
    return list(pairs(findings.evaluated))


def test_parts_are_combined_without_all(findings):
    table = findings.together
    assert set(table["parts"]) == {2}
    assert set(table["backbone"]) == {"resnet18", "resnet34", EVERY_BACKBONE}
    assert table["reason"].isna().all()
    assert table["new_low"].isna().all(), "two parts tell nothing of another"


def test_the_numbers_are_those_of_the_pairs(findings, found):
    row = findings.together.iloc[0]
    own = [
        pair.difference.estimate
        for pair in found
        if pair.comparison.name == "fine-tuned − frozen"
        and (pair.match.backbone, pair.setting.train_size) == (row["backbone"], row["train_size"])
        and pair.setting.body_part != EVERY_PART
    ]
    wanted = parts_together([part_of(estimate) for estimate in own])
    assert (row["mean"], row["low"], row["high"]) == pytest.approx(tuple(wanted.mean))
    assert (row["p"], row["tau"]) == pytest.approx((wanted.p, wanted.tau))
    alone = findings.shrunken.iloc[:2]
    assert alone["difference"].tolist() == pytest.approx([estimate.value for estimate in own])
    assert alone["shrunken"].isna().all(), "two parts do not tell how parts differ"


def moved(pair, part):
    """The same pair as of another body part."""
    return replace(pair, setting=pair.setting._replace(body_part=part))


def test_four_parts_are_shrunken_and_foretell_another(found):
    first = next(pair for pair in found if pair.setting.body_part != EVERY_PART)
    parts = [moved(first, part) for part in ("a", "b", "c", "d")]
    table = shrunken_rows(parts, 0.95)
    assert table["body_part"].tolist() == ["a", "b", "c", "d"]
    assert table["shrunken"].tolist() == pytest.approx([first.difference.value] * 4)
    (row,) = together_rows(parts, 0.95).to_dict("records")
    assert row["new_low"] < row["low"] < row["mean"]
    assert row["p"] > 0.99


def test_one_seed_makes_no_claim(found):
    pair = next(pair for pair in found if pair.setting.body_part != EVERY_PART)
    single = replace(pair, difference=replace(pair.difference, seeds=(0,)))
    parts = [moved(single, "a"), moved(pair, "b")]
    (row,) = together_rows(parts, 0.95).to_dict("records")
    assert (row["reason"], row["mean"]) == (ONE_SEED, None)
    assert shrunken_rows(parts, 0.95).empty


def test_parts_without_a_standard_error_are_left_out(found):
    pair = next(pair for pair in found if pair.setting.body_part != EVERY_PART)
    unknown = replace(pair.difference.estimate, shared=float("nan"))
    parts = [
        moved(pair, "a"),
        replace(moved(pair, "b"), difference=replace(pair.difference, estimate=unknown)),
    ]
    (row,) = together_rows(parts, 0.95).to_dict("records")
    assert row["reason"] == "1 body part has a standard error"


def test_one_part_has_nothing_in_common(found):
    assert together_rows([pair for pair in found if pair.setting.body_part == EVERY_PART], 0.95).empty

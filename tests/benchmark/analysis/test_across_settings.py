"""What holds over backbones and body parts."""

from dataclasses import replace

from benchmark.analysis.across_settings import ranks


def test_ranks_put_fine_tuning_first_and_the_frozen_classifier_second(findings):
    # majority is left out, so that two methods remain: too few to compare ranks
    assert findings.ranks["average_ranks"] is None
    assert "2 methods" in findings.ranks["reason"]


def test_spread_over_seeds_is_told_apart(findings):
    table = findings.spread
    assert len(table) == (5 + 3) * 3 * 3  # methods and differences (two networks, their mean)
    assert (table["test_sd"] > 0).all()
    assert "fine-tuned − frozen" in set(table["method"])


def test_three_methods_are_ranked_over_backbones_and_body_parts(findings):
    evaluated = findings.evaluated
    frozen = [record for record in evaluated.finished if record.classifier == "logistic_regression"]
    again = [
        record.model_copy(update={"classifier": "linear_svm"})
        for record in frozen
        if record.strategy == "feature_extraction"
    ]
    found = ranks(replace(evaluated, finished=[*evaluated.finished, *again]))
    assert found["blocks"] == 2 * 2, "backbones and body parts, without `all`"
    assert found["average_ranks"]["fine-tuned"] == 1, "ahead everywhere at the largest size"
    assert set(found["average_ranks"].values()) == {1, 2.5}, "the two that say the same share their rank"

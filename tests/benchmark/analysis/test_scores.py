"""The best method of a setting, and those that may be as good."""

from dataclasses import replace

import numpy as np

from benchmark.analysis.scores import score_rows


def test_scores_name_the_best_and_those_that_may_be_as_good(findings):
    for _, rows in findings.scores.groupby(["body_part", "train_size"], sort=False):
        assert (rows["standing"] == "best").sum() == 1
        assert rows.loc[rows["standing"] == "best", "value"].item() == rows["value"].max()
    largest = findings.scores[
        (findings.scores["body_part"] == "all") & (findings.scores["train_size"] == "full")
    ]
    assert (largest.loc[largest["strategy"] == "fine_tuning", "standing"] != "").all()
    assert (largest["standing"] == "").any()


def test_a_value_that_is_undefined_everywhere_has_no_best(findings):
    evaluated = findings.evaluated
    undefined = {
        cell: found._replace(value=np.nan, drawn=np.full_like(found.drawn, np.nan))
        for cell, found in evaluated.resampled.items()
    }
    setting, sides = next(iter(evaluated.methods.items()))
    rows = score_rows(replace(evaluated, resampled=undefined), {setting: sides})
    assert len(rows) == len(sides)
    assert set(rows["standing"]) == {""}

"""The verdict of a group is that of its own patients; groups are compared as differences of differences."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmark.analysis.group_verdicts import FEWEST_PER_CLASS, group_verdicts
from benchmark.analysis.paired_differences import pairs
from benchmark.grid.subgroups import Subgroup
from results.families import adjusted
from tests.benchmark.analysis.test_subgroups import by_patient, with_columns

ELBOW = "elbow"


@pytest.fixture(scope="module")
def found(findings):
    evaluated = findings.evaluated
    plan = with_columns(
        findings,
        site=by_patient,
        number=lambda images: images["patient"].str[-2:],
        label=lambda images: images["label"].astype(str),
    )
    columns = [Subgroup(column="site"), Subgroup(column="number", tertiles=True), Subgroup(column="label")]
    return group_verdicts(evaluated, list(pairs(evaluated)), plan, columns)


def test_a_group_of_everyone_has_the_main_difference(findings):
    evaluated = findings.evaluated
    plan = with_columns(findings, site=lambda images: np.full(len(images), "one"))
    rows = group_verdicts(evaluated, list(pairs(evaluated)), plan, [Subgroup(column="site")])
    row = rows.groups.set_index("body_part").loc[ELBOW]
    main = findings.differences
    main = main[(main["verdict"] != "") & (main["body_part"] == ELBOW) & (main["train_size"] == "full")]
    main = main[main["backbone"] == row["backbone"]].iloc[0]
    for name in ("first", "second", "difference", "low", "high", "p", "p_equal"):
        assert row[name] == pytest.approx(main[name], abs=1e-6), name  # kept resamples are rounded
    only = rows.interactions.set_index("body_part").loc[ELBOW]
    assert (only["why_not"], only["answer"]) == ("groups with a verdict: 1; two are needed", "")


def test_groups_below_the_guard_have_no_verdict_and_a_reason(found):
    groups = found.groups
    few = groups[groups["fewest"].between(1, FEWEST_PER_CLASS - 1) & ~groups["group"].isin(["not said"])]
    assert len(few)
    assert few["why_not"].str.contains(f"patients of the rarer label, fewer than {FEWEST_PER_CLASS}").all()
    assert set(groups.loc[groups["column"] == "label", "why_not"]) == {"one class"}
    without = groups[groups["why_not"] != ""]
    assert without[["difference", "p_adjusted", "detectable"]].isna().all(axis=None)
    assert set(without["verdict"]) == {""}
    assert "not said" in set(without["group"]), "no value is no group"


def test_p_values_are_adjusted_over_the_tested_rows(found):
    for rows in (found.groups, found.interactions):
        tested = rows[rows["p"].notna()]
        assert 1 < len(tested) < len(rows)
        wanted = adjusted(tested["p"].tolist(), [None] * len(tested))
        assert tested["p_adjusted"].tolist() == pytest.approx(wanted)


def test_an_interaction_is_the_difference_of_its_groups_differences(found):
    rows = found.interactions[(found.interactions["column"] == "site")].set_index("body_part")
    groups = found.groups[found.groups["column"] == "site"].set_index(["body_part", "group"])["difference"]
    for part, row in rows.iterrows():
        assert (row["groups"], row["group"]) == (("a", "b"), "b")
        assert row["difference"] == pytest.approx(groups[part, "b"] - groups[part, "a"])
        assert row["low"] < row["difference"] < row["high"]
        assert row["answer"] in ("undecided", "differs")


def test_a_planted_interaction_is_found(findings):
    """In one group the predictions of the fine-tuned networks are made worthless."""
    evaluated = findings.evaluated
    plan = with_columns(findings, half=lambda images: images["patient"].str[-1].isin(list("02468")).map(str))
    whole = type(evaluated).predictions

    class Broken(type(evaluated)):
        def predictions(self, record):
            table = whole(self, record)
            if record.strategy != "fine_tuning":
                return table
            broken = table["patient"].str[-1].isin(list("02468"))
            return table.assign(probability=table["probability"].mask(broken, 1 - table["probability"]))

    fields = {name: getattr(evaluated, name) for name in ("evaluation", "records", "finished", "resampled")}
    asked = evaluated.evaluation.model_copy(update={"confidence": 0.8})  # two seeds
    made = group_verdicts(
        Broken(**fields | {"evaluation": asked}), list(pairs(evaluated)), plan, [Subgroup(column="half")]
    )
    rows = made.interactions
    assert (rows["difference"] < -0.5).all()
    assert "differs" in set(rows["answer"])
    assert "freeze" in set(made.groups.loc[made.groups["group"] == "True", "verdict"])


def test_one_seed_makes_no_claim(findings):
    evaluated = findings.evaluated
    first = [record for record in evaluated.finished if record.seed == evaluated.finished[0].seed]
    alone = replace(evaluated, finished=first)
    plan = with_columns(findings, site=by_patient)
    rows = group_verdicts(alone, list(pairs(alone)), plan, [Subgroup(column="site")])
    assert set(rows.interactions["answer"]) == {"one trained pair"}
    assert set(rows.groups.loc[rows.groups["why_not"] == "", "verdict"]) == {"one trained pair"}


def test_without_columns_or_pairs_there_is_no_row(findings):
    assert group_verdicts(findings.evaluated, [], findings.plan, []).groups.equals(pd.DataFrame())

"""The metrics of a group are those of its rows; groups that are too small have none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from benchmark.analysis.leaders import leaders
from benchmark.analysis.subgroups import METRICS, cut, fewest_of, groups_of, metrics_shown, subgroup_rows
from benchmark.grid.subgroups import Subgroup
from results.evaluation import unit_table
from results.label_tasks import TWO_CLASSES, LabelTask
from tests.benchmark.planted_findings import planted_findings


def with_columns(findings, **columns):
    """The plan, with these columns of the manifest: a function of the study's rows each."""
    manifest = findings.plan.manifest
    others = pd.DataFrame({name: make(manifest.images) for name, make in columns.items()})
    return replace(findings.plan, manifest=replace(manifest, others=others))


def by_patient(images):
    """`a` or `b`, by the last digit of the patient's number; some say nothing."""
    digit = images["patient"].str[-1].astype(int)
    return np.select([digit < 5, digit < 9], ["a", "b"], "").astype(object)


def test_a_groups_metrics_are_those_of_its_studies(findings):
    plan = with_columns(findings, site=by_patient)
    rows = subgroup_rows(findings.evaluated, plan, Subgroup(column="Site"))
    assert rows["group"].unique().tolist() == ["all", "a", "b", "not said"]
    record = leaders(findings.evaluated, findings.evaluated.largest["elbow"])[0]
    table = unit_table(findings.evaluated.predictions(record), "study")
    own = rows[(rows["body_part"] == "elbow") & (rows["strategy"] == record.strategy)].set_index("group")
    for group, wanted in (("a", "01234"), ("b", "5678"), ("all", "0123456789")):
        part = table[table["patient"].str[-1].isin(list(wanted))]
        row = own.loc[group]
        assert row["auroc"] == pytest.approx(roc_auc_score(part["label"], part["probability"]))
        assert row["auroc_low"] < row["auroc"] < row["auroc_high"]
        judged = part["probability"] >= record.threshold
        assert row["sensitivity_at_chosen"] == pytest.approx(judged[part["label"] == 1].mean())
        assert (row["units"], row["patients"]) == (len(part), part["patient"].nunique())
        assert row["abnormal"] == part["label"].sum()


def test_small_groups_and_groups_of_one_class_have_no_metrics(findings):
    def by_label(images):
        return np.where(images["patient"].str.endswith("7"), "few", images["label"].astype(str))

    plan = with_columns(findings, kind=by_label)
    rows = subgroup_rows(findings.evaluated, plan, Subgroup(column="kind"))
    small = rows[(rows["body_part"] == "elbow") & (rows["group"] == "few")]
    assert (small["patients"] < 20).all()
    assert set(small["why_not"]) == {"too few"}
    assert set(rows["why_not"][rows["group"].isin(["0", "1"])]) == {"one class"}
    assert rows.loc[rows["why_not"] != "", list(METRICS)].isna().all(axis=None)
    assert rows.loc[rows["why_not"] == "", list(METRICS)].notna().all(axis=None)


def test_a_study_with_two_values_is_in_a_group_of_its_own(findings):
    plan = with_columns(findings, view=lambda images: np.arange(len(images)).astype(str).astype("U1"))
    rows = subgroup_rows(findings.evaluated, plan, Subgroup(column="view"))
    counts = rows[rows["body_part"] == "elbow"].drop_duplicates(["strategy", "group"])
    first = counts[counts["strategy"] == counts["strategy"].iloc[0]].set_index("group")["units"]
    assert first["several"] > 0
    assert first.drop("all").sum() == first["all"]


def test_numbers_are_cut_at_bounds():
    groups, names = cut(pd.Series(["17.9", "18", "64", "65", "90", "", "x", "nan"]), (18, 65))
    assert names == ["< 18", "18 to < 65", "≥ 65", "not said"]
    assert groups.tolist() == [
        *("< 18", "18 to < 65", "18 to < 65", "≥ 65", "≥ 65"),
        *("not said", "not said", "not said"),
    ]
    assert cut(pd.Series(["7"]), (18,))[0].tolist() == ["< 18"]


def test_tertiles_are_those_of_the_training_patients(findings):
    plan = with_columns(findings, age=lambda images: images["patient"].str[-2:])
    groups, names = groups_of(plan, Subgroup(column="age", tertiles=True))
    images = plan.manifest.images.iloc[plan.pool].drop_duplicates("patient")
    low, high = np.quantile(images["patient"].str[-2:].astype(int), [1 / 3, 2 / 3])
    assert names == [f"< {low:g}", f"{low:g} to < {high:g}", f"≥ {high:g}", "not said"]
    shares = groups.iloc[plan.pool].loc[images["image"]].value_counts(normalize=True)
    assert shares[names[:3]].between(0.25, 0.42).all()
    empty = with_columns(findings, age=lambda images: np.full(len(images), "x"))
    with pytest.raises(ValueError, match="no training patient has a number in the column 'age'"):
        groups_of(empty, Subgroup(column="age", tertiles=True))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("sexx", r"no column 'sexx' that describes images \(age\)"),
        ("age", "'age' has .* values, more than 20; cut numbers by bounds"),
    ],
)
def test_columns_that_make_no_groups_are_named(findings, column, message):
    plan = with_columns(findings, age=lambda images: np.arange(len(images)).astype(str))
    with pytest.raises(ValueError, match=message):
        subgroup_rows(findings.evaluated, plan, Subgroup(column=column))


def test_the_rarest_class_of_a_group_is_of_those_that_the_test_set_has(tmp_path):
    cells = planted_findings(tmp_path)
    whole = cells.predicted(cells.finished[0]).per_unit("study")
    assert fewest_of(whole, whole) == (78, "fracture"), "of four it was not read, and 'never' is nobody's"
    mass, fracture = (whole.table[f"label:{name}"] for name in ("mass", "fracture"))
    some = whole.only(((mass == 0) | (fracture == 0)).to_numpy())
    assert fewest_of(some, whole) == ((mass * (1 - fracture)).sum(), "mass")
    assert fewest_of(whole.only((fracture == 0).to_numpy()), whole) == (0, "fracture")


def test_the_primary_metric_stands_first(findings):
    evaluation = findings.evaluated.evaluation
    assert metrics_shown(evaluation, TWO_CLASSES) == list(METRICS)
    of_classes = evaluation.model_copy(update={"primary": "macro_f1"})
    shown = metrics_shown(of_classes, LabelTask("multiclass", ("a", "b")))
    assert shown == ["macro_f1", "macro_auroc", "accuracy", "balanced_accuracy"]

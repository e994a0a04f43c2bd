"""The worklist's numbers are those of the leaders' predictions."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmark.analysis.leaders import leaders
from benchmark.analysis.worklist import worklist_rows
from results.evaluation import unit_table


def test_one_row_per_part_and_strategy_with_intervals(findings):
    rows = worklist_rows(findings.evaluated)
    parts = list(findings.evaluated.largest)
    assert len(rows) == 3 * len(parts)
    assert set(rows["strategy"]) == {"feature_extraction", "hand_crafted", "fine_tuning"}
    for name in ("first_20", "first_40", "first_60", "median", "saved"):
        assert (rows[f"{name}_low"] <= rows[name]).all()
        assert (rows[name] <= rows[f"{name}_high"]).all()
    assert (rows["first_20"] <= rows["first_40"]).all()
    assert (rows["first_40"] <= rows["first_60"]).all()


def test_the_gains_agree_with_sorting_the_predictions(findings):
    evaluated = findings.evaluated
    rows = worklist_rows(evaluated).set_index(["body_part", "strategy"])
    setting = evaluated.largest["elbow"]
    for record in leaders(evaluated, setting):
        table = unit_table(evaluated.predictions(record), "study")
        table = table.sort_values("probability", ascending=False)
        first = table["label"].to_numpy()[: round(0.4 * len(table))]
        row = rows.loc["elbow", record.strategy]
        assert row["first_40"] == pytest.approx(first.sum() / table["label"].sum(), abs=2 / len(table) + 0.02)
        assert (row["units"], row["abnormal"]) == (len(table), table["label"].sum())
        better = roc_auc_score(table["label"], table["probability"]) > 0.5
        assert better == (row["first_40"] > 0.4) or abs(row["first_40"] - 0.4) < 0.1


def test_a_part_with_one_class_has_no_row(findings, monkeypatch):
    evaluated = findings.evaluated
    normal = {
        record.cell: evaluated.predictions(record).assign(label=0)
        for setting in evaluated.largest.values()
        for record in leaders(evaluated, setting)
    }
    monkeypatch.setattr(type(evaluated), "predictions", lambda self, record: normal[record.cell])
    assert len(worklist_rows(evaluated)) == 0
    assert np.size(worklist_rows(evaluated)) == 0

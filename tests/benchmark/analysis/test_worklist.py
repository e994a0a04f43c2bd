"""The worklist's numbers are those of the leaders' predictions."""

import numpy as np
import pytest

from benchmark.analysis.leaders import leaders
from benchmark.analysis.worklist import worklist_rows
from results.evaluation import unit_table
from results.uncertainty import patient_weights


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


def read_in_order(labels, probabilities):
    """The five numbers of the table, counted along the list; a study that is partly read counts in part.

    No two probabilities are equal here.
    """
    order = np.argsort(-probabilities)
    abnormal, studies = labels.sum(), len(labels)
    found = {}
    for share in (0.2, 0.4, 0.6):
        whole = int(share * studies)
        rest = share * studies - whole
        count = labels[order[:whole]].sum() + (rest * labels[order[whole]] if rest else 0)
        found[f"first_{share:.0%}"[:-1]] = count / abnormal
    for name, share in (("median", 0.5), ("saved", 0.95)):
        count, place = 0, 0.0
        for study in order:
            if count + labels[study] >= share * abnormal:
                place += (share * abnormal - count) if labels[study] else 0
                break
            count, place = count + labels[study], place + 1
        found[name] = place / studies
    return found | {"saved": 1 - found["saved"]}


def judged(evaluated, part):
    """The studies that each strategy's leader predicts, in an order of their own."""
    for record in leaders(evaluated, evaluated.largest[part]):
        yield record, unit_table(evaluated.predictions(record), "study")


def test_the_numbers_are_those_of_reading_in_the_order_of_the_probabilities(findings):
    rows = worklist_rows(findings.evaluated).set_index(["body_part", "strategy"])
    for part in findings.evaluated.largest:
        for record, table in judged(findings.evaluated, part):
            assert table["probability"].is_unique
            row = rows.loc[part, record.strategy]
            expected = read_in_order(table["label"].to_numpy(), table["probability"].to_numpy())
            for name, value in expected.items():
                assert row[name] == pytest.approx(value, abs=1e-9), (part, record.strategy, name)
            assert (row["units"], row["abnormal"]) == (len(table), table["label"].sum())


def test_intervals_are_percentiles_over_drawn_patients_with_all_their_studies(findings):
    """Against lists in which each drawn patient's studies really stand as often as drawn."""
    evaluated = findings.evaluated
    row = worklist_rows(evaluated).set_index(["body_part", "strategy"]).loc["elbow", "fine_tuning"]
    table = next(table for record, table in judged(evaluated, "elbow") if record.strategy == "fine_tuning")
    weights = patient_weights(table["patient"].to_numpy(dtype=object), evaluated.evaluation.resamples)
    drawn = []
    for times in weights.T:
        rows = np.repeat(np.arange(len(table)), times.astype(int))
        nudged = table["probability"].to_numpy()[rows] - 1e-12 * np.arange(len(rows))  # copies stay together
        drawn.append(read_in_order(table["label"].to_numpy()[rows], nudged))
    for name in ("first_20", "first_40", "first_60", "median", "saved"):
        low, high = np.percentile([one[name] for one in drawn], [2.5, 97.5])
        assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((low, high), abs=1e-6)


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

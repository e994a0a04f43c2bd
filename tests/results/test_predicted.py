"""Predictions of any task: their metrics are those of the record, their guard is the rarest class's."""

import numpy as np
import pytest

from results.label_tasks import LabelTask
from results.predicted import Predicted
from results.task_evaluation import evaluate_task
from results.uncertainty import patient_weights
from tests.results.test_task_evaluation import CUTS, FINDINGS, GRADES, table


@pytest.mark.parametrize(("task", "cuts"), [(GRADES, {}), (FINDINGS, CUTS)])
def test_the_metrics_are_those_of_a_record(task: LabelTask, cuts: dict[str, float]) -> None:
    predictions = table(task)
    wanted = evaluate_task(predictions, task, thresholds=cuts, resamples=100)
    found = Predicted(predictions, task, thresholds=cuts).per_unit("study")
    assert found.values() == pytest.approx(
        {name: value["value"] for name, value in wanted["metrics"]["study"].items()}
    )
    for name, metrics in wanted["class_metrics"].items():
        own = Predicted(predictions, task, thresholds=cuts).of_class(name).per_unit("study").values()
        for metric in ("auroc", "sensitivity_at_chosen"):
            assert own[metric] == pytest.approx(metrics["study"][metric]["value"])


def test_rows_are_resampled_with_all_patients_where_weights_are_given() -> None:
    whole = Predicted(table(GRADES), GRADES).per_unit("study")
    weights = patient_weights(whole.table["patient"].to_numpy(dtype=object), 50)
    rows = (whole.table["body_part"] == "hand").to_numpy()
    found = whole.only(rows).resampled("macro_auroc", 50, weights[rows])
    one = whole.only(rows).value("macro_auroc", weights[rows, 7:8].astype(float))
    assert found.drawn[7] == pytest.approx(one[0], nan_ok=True)
    assert found.value == whole.only(rows).values()["macro_auroc"]


def test_the_fewest_patients_are_of_each_class_where_it_was_read() -> None:
    predictions = table(FINDINGS)
    found = Predicted(predictions, FINDINGS).per_unit("study")
    mass = found.table["label:mass"]
    assert found.fewest_by_class["mass"] == min((mass == 1).sum(), (mass == 0).sum())
    assert found.fewest == min(found.fewest_by_class.values())
    assert found.positive == ((found.table[["label:mass", "label:effusion"]] == 1).any(axis=1)).sum()
    none = found.only((mass != 1).to_numpy())
    assert none.fewest_by_class["mass"] == 0 < none.fewest_by_class["effusion"]


def test_two_classes_are_one_entry() -> None:
    predictions = table(GRADES)
    two = Predicted(predictions, GRADES).of_class("1").per_unit("study")
    assert two.fewest_by_class == {"": two.fewest}
    assert two.only((two.table["label"] == 1).to_numpy()).fewest_by_class == {"": 0}
    assert two.positive == int(two.table["label"].sum())
    assert two.patients == predictions["patient"].nunique()
    assert np.isfinite(two.resampled("auroc", 20).drawn).all()

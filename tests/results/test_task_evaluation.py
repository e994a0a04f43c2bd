import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from results.evaluation import evaluate
from results.label_tasks import LabelTask, one_of_task
from results.predicted import Predicted
from results.task_evaluation import (
    evaluate_task,
    rarest,
    task_unit_table,
    threshold_array,
)

GRADES = LabelTask("ordinal", ("0", "1", "2"))
FINDINGS = LabelTask("multilabel", ("effusion", "mass"))
CUTS = {"effusion": 0.3, "mass": 0.6}


def table(task: LabelTask, patients: int = 60) -> pd.DataFrame:
    """Two images per study, one study per patient, two body parts."""
    random = np.random.default_rng(1)
    patient = np.repeat(np.arange(patients), 2)
    columns: dict[str, object] = {
        "image": [f"{n}.png" for n in range(2 * patients)],
        "study": [f"p{n}/1" for n in patient],
        "patient": [f"p{n}" for n in patient],
        "body_part": np.where(patient % 2, "hand", "elbow"),
    }
    if task.kind == "multilabel":
        truth = np.repeat((random.random((patients, 2)) < [0.5, 0.3]).astype(float), 2, axis=0)
        truth[patient % 5 == 0, 1] = np.nan
        scores = random.random((2 * patients, 2)) * 0.5 + np.nan_to_num(truth) * 0.4
        columns |= {f"label:{name}": truth[:, n] for n, name in enumerate(task.classes)}
    else:
        label = np.repeat(random.choice(3, patients, p=[0.5, 0.3, 0.2]), 2)
        scores = np.exp(random.normal(size=(2 * patients, 3)) + (label[:, None] == np.arange(3)))
        scores /= scores.sum(axis=1, keepdims=True)
        columns["label"] = label
    return pd.DataFrame(
        columns | {f"probability:{name}": scores[:, n] for n, name in enumerate(task.classes)}
    )


def test_each_finding_has_the_metrics_of_a_binary_task_on_the_rows_where_it_was_read() -> None:
    predictions = table(FINDINGS)
    found = evaluate_task(predictions, FINDINGS, thresholds=CUTS, resamples=100)
    own = one_of_task(predictions, FINDINGS, "mass")
    assert found["class_metrics"]["mass"] == evaluate(own, threshold=0.6, resamples=100)["metrics"]
    assert found["class_counts"]["mass"] == {
        "test_studies": own[own["label"] == 1]["study"].nunique(),
        "test_patients": own[own["label"] == 1]["patient"].nunique(),
        "test_read": own["study"].nunique(),
    }
    assert set(found["body_part_metrics"]) == {"elbow", "hand"}
    macro = np.mean([found["class_metrics"][name]["study"]["auroc"]["value"] for name in FINDINGS.classes])
    assert found["metrics"]["study"]["macro_auroc"]["value"] == pytest.approx(macro, abs=1e-12)
    assert found["counts"]["test_studies"] == 60


def test_grades_are_judged_by_study_whose_probabilities_are_means() -> None:
    predictions = table(GRADES)
    studies = task_unit_table(predictions, GRADES, "study")
    means = predictions.groupby("study")[GRADES.probability_columns].mean()
    pd.testing.assert_frame_equal(
        studies.set_index("study")[GRADES.probability_columns], means, check_exact=False, atol=1e-12
    )
    found = evaluate_task(predictions, GRADES, thresholds={}, resamples=100)
    wanted = roc_auc_score(studies["label"], studies[GRADES.probability_columns], multi_class="ovr")
    value = found["metrics"]["study"]["macro_auroc"]
    assert value["value"] == pytest.approx(wanted, abs=1e-10)
    assert value["low"] < value["value"] < value["high"]
    assert {"quadratic_kappa", "grade_error"} <= set(found["metrics"]["image"])


def test_resampled_values_are_those_of_the_intervals_and_paired_by_patient() -> None:
    predictions = table(GRADES)
    found = Predicted(predictions, GRADES).per_unit("study").resampled("quadratic_kappa", 100)
    assert found.drawn.shape == (100,)
    turned = predictions.iloc[::-1].reset_index(drop=True)
    again = Predicted(turned, GRADES).per_unit("study").resampled("quadratic_kappa", 100)
    assert np.allclose(found.drawn, again.drawn, atol=1e-12)
    assert found.patients == rarest(task_unit_table(predictions, GRADES, "study"), GRADES)


def test_the_patients_that_count_are_those_of_the_rarest_class() -> None:
    predictions = table(GRADES)
    label = predictions.groupby("patient")["label"].first()
    assert rarest(predictions, GRADES) == label.value_counts().min()
    assert rarest(predictions[predictions["label"] == 0], GRADES) == 0


def test_a_class_without_test_patients_has_no_metrics_and_stops_nothing() -> None:
    predictions = table(GRADES)
    found = evaluate_task(predictions[predictions["label"] < 2], GRADES, thresholds={}, resamples=100)
    assert set(found["class_metrics"]) == {"0", "1"}
    assert found["class_counts"]["2"]["test_studies"] == 0
    assert found["metrics"]["study"]["macro_auroc"]["value"] is not None


def test_a_study_with_two_labels_is_refused() -> None:
    predictions = table(FINDINGS)
    predictions.loc[1, "label:effusion"] = 1 - predictions.loc[1, "label:effusion"]
    with pytest.raises(ValueError, match="study 'p0/1' has views with two labels"):
        task_unit_table(predictions, FINDINGS, "study")


def test_thresholds_stand_in_the_order_of_the_classes() -> None:
    assert threshold_array(FINDINGS, {"mass": 0.6}).tolist() == [0.5, 0.6]


def test_a_macro_metric_of_perfect_and_constant_classes_has_an_interval():
    predictions = table(FINDINGS)
    predictions["label:mass"] = predictions["label:effusion"].to_numpy()
    predictions["probability:effusion"] = 0.1 + 0.8 * predictions["label:effusion"]
    predictions["probability:mass"] = 0.4
    found = evaluate_task(predictions, FINDINGS, thresholds={}, resamples=50)["metrics"]["study"][
        "macro_auroc"
    ]
    assert found["value"] == 0.75
    assert found["low"] < 0.75 < found["high"] < 1

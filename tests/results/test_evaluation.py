import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import t
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from results.evaluation import evaluate, unit_table
from results.uncertainty import INTERVALS, Resampled, interval, patient_weights


def predictions(studies=80, seed=0, parts=("elbow", "hand")):
    random = np.random.default_rng(seed)
    rows = []
    for study in range(studies):
        label = study % 2
        for view in range(1 + study % 3):
            rows.append(
                {
                    "image": f"{study}-{view}",
                    "study": f"s{study}",
                    "patient": f"p{study // 2}",
                    "body_part": parts[(study // 2) % len(parts)],
                    "label": label,
                    "probability": np.clip(0.3 + 0.2 * label + 0.2 * random.standard_normal(), 0, 1),
                }
            )
    return pd.DataFrame(rows)


def test_a_study_is_the_mean_of_its_views():
    rows = predictions()
    table = unit_table(rows, "study").set_index("study")
    assert table.loc["s2", "probability"] == pytest.approx(rows[rows.study == "s2"].probability.mean())
    assert len(table) == 80


def test_values_and_shape_of_an_evaluation():
    rows = predictions()
    result = evaluate(rows, threshold=0.4, resamples=200)
    json.dumps(result)
    assert result["metrics"]["image"]["auroc"]["value"] == pytest.approx(
        roc_auc_score(rows.label, rows.probability)
    )
    study = result["metrics"]["study"]["auroc"]
    assert study["low"] < study["value"] < study["high"]
    assert study["value"] > result["metrics"]["image"]["auroc"]["value"], "views together know more"
    elbow = rows[rows.body_part == "elbow"]
    part = result["body_part_metrics"]["elbow"]["image"]["auroc"]["value"]
    assert part == pytest.approx(roc_auc_score(elbow.label, elbow.probability))
    assert result["counts"]["test_studies"] == 80


def test_an_interval_is_the_value_and_t_times_the_spread_over_drawn_patients():
    """By scikit-learn on the drawn rows; log odds for AUROC, Fisher's z for kappa."""
    rows = predictions(studies=40)
    table = unit_table(rows, "study")
    labels, scores = table["label"].to_numpy(), table["probability"].to_numpy()
    weights = patient_weights(table["patient"].to_numpy(dtype=object), 60)
    drawn = [np.repeat(np.arange(40), column) for column in weights.T]
    found = evaluate(rows, threshold=0.4, resamples=60, confidence=0.9)["metrics"]["study"]
    reach = t.ppf(0.95, 19) * np.sqrt(20 / 19)  # 20 patients
    area = roc_auc_score(labels, scores)
    spread = np.std([roc_auc_score(labels[d], scores[d]) for d in drawn], ddof=1)
    ends = [float(expit(logit(area) + sign * reach * spread / (area * (1 - area)))) for sign in (-1, 1)]
    assert [found["auroc"]["low"], found["auroc"]["high"]] == pytest.approx(ends, abs=1e-9)
    kappa = cohen_kappa_score(labels, scores >= 0.4)
    spread = np.std([cohen_kappa_score(labels[d], scores[d] >= 0.4) for d in drawn], ddof=1)
    ends = [float(np.tanh(np.arctanh(kappa) + sign * reach * spread / (1 - kappa**2))) for sign in (-1, 1)]
    at_chosen = found["cohens_kappa_at_chosen"]
    assert [at_chosen["low"], at_chosen["high"]] == pytest.approx(ends, abs=1e-9)


def test_a_perfect_score_has_a_one_sided_bound():
    rows = predictions()
    rows["probability"] = np.where(rows.label == 1, 0.9, 0.6)
    found = evaluate(rows, threshold=0.5, resamples=100)
    assert found["intervals"] == INTERVALS
    image = found["metrics"]["image"]
    for name in ("auroc", "sensitivity"):
        assert (image[name]["value"], image[name]["high"]) == (1, 1), name
        assert 0.9 < image[name]["low"] < 1, name
    assert image["accuracy"]["low"] < image["accuracy"]["value"] < image["accuracy"]["high"]


def test_a_part_has_an_interval_of_its_own_patients():
    rows = predictions()
    part = evaluate(rows, threshold=0.5, resamples=100)["body_part_metrics"]["elbow"]["image"]["accuracy"]
    elbow = (rows.body_part == "elbow").to_numpy()
    weights = patient_weights(rows["patient"].to_numpy(dtype=object), 100)[elbow]
    right = ((rows.probability >= 0.5) == rows.label).to_numpy()[elbow]
    drawn = right @ weights / weights.sum(axis=0)
    patients = rows.patient[elbow].nunique()
    assert patients == 20
    expected = interval(Resampled(float(right.mean()), drawn, patients), 0.95, (0, 1))
    assert (part["low"], part["high"]) == pytest.approx(expected)


def test_one_body_part_is_not_listed_twice():
    assert evaluate(predictions(parts=("hand",)), threshold=0.5, resamples=100)["body_part_metrics"] == {}


def test_a_part_with_one_class_has_no_auroc():
    rows = predictions()
    rows.loc[rows.body_part == "hand", "label"] = 0
    hand = evaluate(rows, threshold=0.5, resamples=100)["body_part_metrics"]["hand"]["study"]
    assert hand["auroc"] == {"value": None, "low": None, "high": None}
    assert hand["accuracy"]["value"] is not None


def test_a_constant_probability_is_worth_half_whatever_the_number_of_views():
    rows = predictions().assign(probability=0.1 + 0.2)
    assert evaluate(rows, threshold=0.5, resamples=100)["metrics"]["study"]["auroc"]["value"] == 0.5


def test_a_study_with_two_labels_is_refused():
    rows = predictions()
    rows.loc[rows.image == "2-1", "label"] = 1
    with pytest.raises(ValueError, match="'s2' has views with two labels"):
        evaluate(rows, threshold=0.5, resamples=100)

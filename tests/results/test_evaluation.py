import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from results.evaluation import evaluate, evaluate_over_seeds, unit_table


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


def test_over_seeds_the_mean_is_resampled():
    cells = [predictions(seed=seed) for seed in range(3)]
    point = evaluate_over_seeds(cells, metric="auroc", unit="study", thresholds=[0.5] * 3, resamples=300)
    alone = [evaluate(rows, threshold=0.5, resamples=300)["metrics"]["study"]["auroc"] for rows in cells]
    assert point["value"] == pytest.approx(np.mean([a["value"] for a in alone]))
    assert point["high"] - point["low"] < max(a["high"] - a["low"] for a in alone)

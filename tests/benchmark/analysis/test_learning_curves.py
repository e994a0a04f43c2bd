import pandas as pd
import pytest

from benchmark.analysis.learning_curves import chosen_on_training_folds, curve_points
from benchmark.store.records import Records, Result

SETTINGS = {"metric": "auroc", "unit": "image", "confidence": 0.95, "resamples": 100}


def write(records, cell, backbone, seed, probabilities, selection=0.5):
    rows = pd.DataFrame(
        {
            "image": [f"i{n}" for n in range(8)],
            "study": [f"s{n}" for n in range(8)],
            "patient": [f"p{n}" for n in range(8)],
            "body_part": "hand",
            "label": [0, 1] * 4,
            "probability": probabilities,
        }
    )
    record = {
        "cell": cell,
        "status": "ok",
        "strategy": "feature_extraction",
        "backbone": backbone,
        "classifier": "rbf_svm",
        "body_part": "all",
        "train_size": 100,
        "seed": seed,
        "selection_auroc": selection,
        "threshold": 0.5,
        "evaluation": {"confidence": 0.95, "resamples": 100},
        "counts": {"train_images": 100},
        "seconds": {"fit": 2.0 + seed},
        "metrics": {"image": {"auroc": {"value": 0.5, "low": 0.4, "high": 0.6}}},
        "predictions_sha256": str(probabilities),
    }
    records.write(Result(cell, record, rows))
    return record


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path, "g")


def test_curves_with_the_same_predictions_stay_two_curves(records):
    same = [0.5] * 8
    finished = [write(records, "a", "one", 0, same), write(records, "b", "two", 0, same)]
    points = curve_points(records, finished, **SETTINGS)
    assert [point["backbone"] for point in points] == ["one", "two"]


def test_seeds_are_averaged_and_kept(records, monkeypatch):
    good, bad = [0.1, 0.9] * 4, [0.9, 0.1] * 4
    finished = [write(records, "a", "one", 0, good), write(records, "b", "one", 1, bad)]
    (point,) = curve_points(records, finished, **SETTINGS)
    assert point["value"] == 0.5
    assert point["seeds"] == [0, 1]
    assert point["means"]["seconds/fit"] == 2.5
    monkeypatch.setattr(records, "read_predictions", lambda cell: pytest.fail("computed again"))
    assert curve_points(records, finished, **SETTINGS) == [point]


def test_the_folds_choose_per_strategy_size_and_seed(records):
    finished = [
        write(records, "a", "one", 0, [0.5] * 8, selection=0.8),
        write(records, "b", "two", 0, [0.5] * 8, selection=0.9),
        write(records, "c", "one", 1, [0.5] * 8, selection=0.7),
    ]
    assert [record["cell"] for record in chosen_on_training_folds(finished)] == ["b", "c"]


def test_cells_of_controls_have_points_of_their_own_and_are_never_chosen(records):
    finished = [
        write(records, "a", "one", 0, [0.5] * 8),
        write(records, "b", "one", 0, [0.6] * 8, selection=0.9) | {"control": "leaky_split"},
        write(records, "c", "one", 0, [0.7] * 8, selection=0.9) | {"control": "shuffled_labels"},
    ]
    points = curve_points(records, finished, **SETTINGS)
    assert [point.get("control") for point in points] == [None, "leaky_split", "shuffled_labels"]
    assert [point["seeds"] for point in points] == [[0]] * 3
    assert [record["cell"] for record in chosen_on_training_folds(finished)] == ["a"]


def test_the_control_is_chosen_only_where_it_stands_alone(records):
    control = write(records, "a", "one", 0, [0.5] * 8, selection=0.5) | {"classifier": "majority"}
    unlucky = write(records, "b", "one", 0, [0.5] * 8, selection=0.4)
    assert [record["cell"] for record in chosen_on_training_folds([control, unlucky])] == ["b"]
    assert [record["cell"] for record in chosen_on_training_folds([control])] == ["a"]

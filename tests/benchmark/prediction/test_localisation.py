"""Maps of kept models against the phantom's boxes: measured once per cell, and the same when read again."""

import json
import logging
from dataclasses import replace

import numpy as np
import pytest

from benchmark.datasets.boxes import read_boxes
from benchmark.prediction import localisation
from benchmark.prediction.explanation import explainer_of
from benchmark.prediction.localisation import COLUMNS, MarkedImages, marked_images, measured
from benchmark.store.kept_models import read_model
from benchmark.store.records import Records
from results.localisation import MEASURES
from tests.benchmark.prediction.test_predictor import record_of


@pytest.fixture(scope="module")
def boxes(kept_run):
    return read_boxes(kept_run[0].manifest)


@pytest.fixture(scope="module")
def marked(kept_run, boxes) -> MarkedImages:
    plan, _ = kept_run
    images = plan.manifest.images["image"].iloc[plan.test]
    return marked_images(plan.manifest.root, boxes, images, 40, "pad", None)


@pytest.fixture
def records(kept_run, tmp_path, monkeypatch) -> Records:
    """The records of the run, with the measured values in a folder of this test."""
    _, records = kept_run
    own = {}
    monkeypatch.setattr(localisation, "_read", lambda path, key: own.get((path, key)))
    monkeypatch.setattr(localisation, "_write", lambda path, key, values: own.setdefault((path, key), values))
    return records


def test_the_marked_images_are_the_abnormal_ones_of_the_test_set(kept_run, marked):
    plan, _ = kept_run
    test = plan.manifest.images.iloc[plan.test]
    assert list(marked.names) == list(test.loc[test["label"] == 1, "image"])
    assert marked.pixels.shape == marked.inside.shape == (len(marked.names), 40, 40)
    assert marked.inside.any(axis=(1, 2)).all()
    assert not marked.inside.all(axis=(1, 2)).any()


@pytest.mark.parametrize("classifier", ["logistic_regression", "xgboost"])
def test_the_measures_are_those_of_the_explainers_maps(records, marked, boxes, classifier):
    record = record_of((None, records), "feature_extraction", classifier)
    found = measured(records, record, marked, boxes, "cpu")
    maps = explainer_of(read_model(records, record), "cpu")(marked.pixels)
    assert list(found["image"]) == list(marked.names)
    for name, measure in MEASURES.items():
        expected = [measure(heat, inside) for heat, inside in zip(maps, marked.inside, strict=True)]
        assert found[f"own_{name}"].to_numpy() == pytest.approx(expected)
    assert found["correlation"].abs().max() < 1
    assert found["centre_pointing"].isin([0, 0.25, 0.5, 1]).all()  # four pixels are the middle


def test_a_tuned_network_is_compared_with_random_weights_and_edges_are_not(records, marked, boxes):
    tuned = measured(records, record_of((None, records), "fine_tuning", "end_to_end"), marked, boxes, "cpu")
    edges = record_of((None, records), "hand_crafted", "logistic_regression")
    assert tuned["correlation"].notna().any()
    assert measured(records, edges, marked, boxes, "cpu")["correlation"].isna().all()


def test_values_are_kept_and_read_until_boxes_or_predictions_are_others(tmp_path, caplog):
    path, values = tmp_path / "localisation.json", np.arange(2.0 * len(COLUMNS)).reshape(2, -1)
    values[0, 3] = np.nan
    localisation._write(path, "a", values)
    assert localisation._read(path, "a") == pytest.approx(values, nan_ok=True)
    assert localisation._read(path, "b") is None
    with caplog.at_level(logging.WARNING):
        path.write_text(json.dumps({"key": "a", "values": "no"}))
        assert localisation._read(path, "a") is None
    assert "is damaged and is computed again" in caplog.text


def test_other_boxes_are_measured_again(records, marked, boxes):
    record = record_of((None, records), "feature_extraction", "logistic_regression")
    whole = replace(boxes, by_image=dict.fromkeys(boxes.by_image, (0, 0, 48, 48)))
    everywhere = replace(marked, inside=np.ones_like(marked.inside))
    assert (measured(records, record, marked, boxes, "cpu")["own_energy"] < 1).any()
    assert measured(records, record, everywhere, whole, "cpu")["own_energy"].tolist() == pytest.approx(
        [1.0] * len(marked.names)
    )

"""The gallery: of every kind of judgement, the most confident, whose pixels the manifest names."""

from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest
from benchmark.prediction.gallery import MOST, VIEWS, gallery_items


@pytest.fixture
def predictions():
    """Twenty studies of two images each: the first ten abnormal, probabilities 0.01 to 0.39 and 0.6 up."""
    rows = [
        {
            "image": f"{study}/{view}.png",
            "study": f"s{study:02d}",
            "patient": f"p{study}",
            "body_part": "hand",
            "label": int(study < 10),
            "probability": 0.02 * study + (0.5 if study % 2 else 0),
        }
        for study in range(20)
        for view in range(2)
    ]
    return pd.DataFrame(rows)


def test_the_most_confident_of_every_kind_come_first(predictions, tmp_path):
    items = list(gallery_items(predictions, 0.5, Manifest(tmp_path, predictions, "")))
    shown = {
        title: [item.study.name for item in items if item.section == title]
        for title in dict.fromkeys(item.section for item in items)
    }
    assert list(shown) == ["True positives", "False positives", "False negatives", "True negatives"]
    assert shown["True positives"] == ["s09", "s07", "s05", "s03", "s01"]
    assert shown["False positives"][0] == "s19"
    assert shown["False negatives"] == ["s00", "s02", "s04", "s06", "s08"]
    assert shown["True negatives"][0] == "s10"
    assert {item.truth for item in items if item.section.endswith("itives")} == {0, 1}
    assert all(item.shown == VIEWS for item in items)
    assert items[0].study.images == (tmp_path / "9/0.png", tmp_path / "9/1.png")


def test_at_most_a_few_of_each_kind(predictions, tmp_path):
    predictions = pd.concat(
        [
            predictions.assign(study=predictions["study"] + end, image=end + predictions["image"])
            for end in "abc"
        ]
    )
    items = list(gallery_items(predictions, 0.5, Manifest(tmp_path, predictions, "")))
    assert len(items) == 4 * MOST


def test_known_boxes_go_with_their_images(kept_run):
    plan, records = kept_run
    record = next(records.all())
    items = gallery_items(records.read_predictions(record), 0.5, plan.manifest)
    for item in items:
        assert [box is not None for box in item.boxes] == [item.truth == 1] * len(item.study.images)
        assert all(Path(image).is_file() for image in item.study.images)

"""Tables beside pictures: examples, embeddings and augmentations."""

import numpy as np
import pandas as pd
import pytest

from results.figures import EmbeddingAtlas, Example, PredictionGallery
from results.tables.pictures import atlas_table, augmentations_table, examples_table

PICTURE = np.zeros((4, 4), np.uint8)


def gallery(strategy="fine_tuning"):
    examples = [
        Example("true positive", 1, "p/s1", "hand", 1, 0.912, 4, ["a"], [0.9], [PICTURE]),
        Example("false positive", 1, "p/s2", "hand", 0, 0.6, 1, ["b"], [0.6], [PICTURE]),
    ]
    return PredictionGallery(examples, 0.45, {}, "study", strategy, "resnet50 · rbf_svm")


def atlas(explained=(0.41, 0.09)):
    points = pd.DataFrame(
        {
            "image": list("abcd"),
            "study": list("ssst"),
            "body_part": "hand",
            "label": "normal",
            "side": ["test", "test", "test", "training"],
            "outcome": ["false positive", "true negative", "false positive", "no prediction"],
            "probability": [0.6, 0.2, 0.7, np.nan],
            "x": 0.0,
            "y": 1.0,
        }
    )
    return EmbeddingAtlas(points, ("x", "y"), explained, "feature_extraction", "resnet50", 2048)


def test_examples_have_a_line_each(printed):
    rows = printed(examples_table([gallery("feature_extraction"), gallery()]))
    assert [row["strategy"] for row in rows] == ["frozen"] * 2 + ["fine-tuned"] * 2
    assert (rows[0]["outcome"], rows[0]["study"], rows[0]["probability"]) == ("true positive", "p/s1", "0.91")
    assert (rows[0]["views"], rows[0]["threshold"], rows[0]["method"]) == ("4", "0.45", "resnet50 · rbf svm")


def test_an_atlas_is_counted(printed):
    (row,) = printed(atlas_table([atlas()]))
    assert (row["features"], row["images"], row["test images"], row["wrong"]) == ("2,048", "4", "3", "2")
    assert (row["explained, axis 1"], row["explained, axis 2"]) == ("0.410", "0.090")
    (row,) = printed(atlas_table([atlas(())]))
    assert row["explained, axis 1"] == "–", "a projection without variances"


def test_augmentations_say_how_strong_each_change_is(printed):
    settings = {"flip": 0.5, "flip_vertical": 0.0, "rotate": 10, "shift": 0.05, "border": "black"}
    (row,) = printed(augmentations_table({"last_block": settings}))
    assert row == {
        "recipe": "last_block",
        "flip": "50 %",
        "flip vertical": "–",
        "rotate": "±10°",
        "shift": "±0.05",
        "border": "black",
    }


def test_nothing_to_show_is_refused():
    with pytest.raises(ValueError, match="no prediction"):
        examples_table([])
    with pytest.raises(ValueError, match="no embedding"):
        atlas_table([])

"""The atlas of an embedding: every point in each of its panels, with a legend that counts them."""

import numpy as np
import pandas as pd
import pytest

from results.figures import EmbeddingAtlas
from results.figures.marks import NOT_JUDGED, OTHERS, TEST, TRAINING
from results.outcomes import OUTCOMES


def atlas(parts, rows=400, **changes):
    random = np.random.default_rng(0)
    side = np.where(np.arange(rows) % 4 == 0, TEST, TRAINING)
    points = pd.DataFrame(
        {
            "image": [f"{row}.png" for row in range(rows)],
            "study": [f"s{row // 2}" for row in range(rows)],
            "body_part": np.resize(parts, rows),
            "label": np.resize(["normal", "abnormal", "normal"], rows),
            "side": side,
            "outcome": np.where(side == TEST, np.resize(OUTCOMES, rows), NOT_JUDGED),
            "probability": np.where(side == TEST, 0.25, np.nan),
            "x": random.normal(size=rows),
            "y": random.normal(size=rows),
        }
    )
    names = {"axes": ("component 1 (40% of the variance)", "component 2 (9%)"), "explained": (0.4, 0.09)}
    return EmbeddingAtlas(points, **names, strategy="feature_extraction", method="net", width=512, **changes)


@pytest.mark.parametrize("parts", [["hand"], ["XR_ELBOW", "hand", "wrist", "a$_b$", "x" * 90, "手", "knee"]])
def test_every_panel_has_every_point_and_counts_it(whole, parts):
    made = atlas(parts)
    drawn = made.plot()
    assert len(drawn.axes) == 4
    for axis in drawn.axes:
        assert sum(len(points.get_offsets()) for points in axis.collections) == 400
    sides = [text.get_text() for text in drawn.axes[2].get_legend().get_texts()]
    assert sides == ["training (300)", "test (100)"]
    assert drawn.get_supxlabel() == "component 1 (40% of the variance)"
    whole(drawn)


def test_rare_parts_share_a_mark():
    made = atlas([*"abcdefghij"], rows=100)
    assert list(made.marks["body_part"]) == [*"abcdefg", OTHERS]
    labels = [text.get_text() for text in made.plot().axes[0].get_legend().get_texts()]
    assert labels[-1] == "others (30)"


def test_the_numbers_are_the_points():
    made = atlas(["hand"])
    assert list(made.frame()) == [
        "image",
        "study",
        "body_part",
        "label",
        "side",
        "outcome",
        "probability",
        "x",
        "y",
    ]
    assert len(made.frame()) == 400


def test_no_point_and_a_missing_column_are_refused():
    made = atlas(["hand"])
    with pytest.raises(ValueError, match="no image"):
        EmbeddingAtlas(made.points[:0], made.axes, (), "s", "m", 1).plot()
    with pytest.raises(ValueError, match="'outcome' is missing"):
        EmbeddingAtlas(made.points.drop(columns="outcome"), made.axes, (), "s", "m", 1).plot()

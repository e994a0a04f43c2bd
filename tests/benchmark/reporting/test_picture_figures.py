"""Pictures of a report: named, captioned, and made or with the reason why not."""

import numpy as np
import pytest

from benchmark.analysis.findings import find
from benchmark.reporting.augmentations import MOST_ROWS
from benchmark.reporting.picture_figures import pictures, slug


@pytest.fixture(scope="module")
def made(pictured):
    found = find(pictured.answers, pictured.plan)
    return {name: (caption, make) for name, caption, make in pictures(found)}


def test_there_are_examples_an_atlas_per_embedding_and_an_augmentation_per_recipe(made):
    assert list(made) == [
        "examples_frozen",
        "embedding_atlas_frozen",
        "embedding_atlas_hand_crafted",
        "augmentation_end-to-end",
    ]
    for _, make in made.values():
        assert len(make().frame())


def test_captions_say_what_is_shown(made):
    caption, _ = made["examples_frozen"]
    assert (
        "frozen: test_efficientnet-random · logistic regression (chosen on training folds; all parts, 40"
        in caption
    )
    assert "of a study: the mean over its views" in caption
    caption, _ = made["embedding_atlas_hand_crafted"]
    assert "hand-crafted: glcm (chosen on training folds" in caption
    assert "of the image's study" in caption


def test_the_augmentation_is_of_training_images_as_they_are_cached(made, pictured):
    _, make = made["augmentation_end-to-end"]
    grid = make()
    plan = pictured.plan
    assert len(grid.rows) == MOST_ROWS
    first = plan.manifest.images.iloc[plan.pool].groupby("body_part", sort=False).head(1)
    assert list(grid.rows) == first["body_part"].tolist()[:MOST_ROWS]
    assert grid.columns[0] == "original"
    assert grid.pictures[0][0].shape == (32, 32)
    assert np.ptp(grid.pictures[0][0]) > 0.1


def test_without_a_cache_each_says_why(findings):
    reasons = {}
    for name, caption, make in pictures(findings):
        assert caption
        with pytest.raises(ValueError, match="in the cache any more") as caught:
            make()
        reasons[name] = str(caught.value)
    assert "pixels are not in the cache any more" in reasons["examples_fine_tuned"]
    assert "embedding of edges is not in the cache any more" in reasons["embedding_atlas_hand_crafted"]


def test_names_of_figures_are_plain():
    assert slug("hand_crafted") == "hand_crafted"
    assert slug("fine_tuning") == "fine_tuned"

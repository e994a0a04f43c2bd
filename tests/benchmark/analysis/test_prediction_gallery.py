"""Examples are the most confident predictions of the shown cell, with the pixels that it read."""

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.prediction_gallery import prediction_gallery
from benchmark.analysis.shown_cell import shown_cell
from extractors.pixels import decode
from results.evaluation import unit_table
from results.outcomes import OUTCOMES, most_confident


@pytest.fixture(scope="module")
def gallery(pictured):
    return prediction_gallery(pictured.answers.cells, pictured.plan, "feature_extraction")


def test_examples_are_the_most_confident_studies(gallery, pictured):
    evaluated = pictured.answers.cells
    record = shown_cell(evaluated, "feature_extraction")
    table = unit_table(evaluated.predictions(record), "study")
    expected = most_confident(table, record.threshold, 3)
    assert [one.name for one in gallery.examples] == expected["study"].tolist()
    assert [one.outcome for one in gallery.examples] == expected["outcome"].tolist()
    assert sum(gallery.counts.values()) == len(table)
    assert set(gallery.counts) <= set(OUTCOMES)
    assert gallery.threshold == record.threshold


def test_pictures_are_the_views_as_the_grid_decodes_them(gallery, pictured):
    image, root = pictured.plan.grid.image, pictured.plan.manifest.root
    views = pictured.plan.manifest.images.groupby("study")["image"]
    for one in gallery.examples:
        assert list(one.images) == views.get_group(one.name).tolist()[:3]
        assert one.views == len(views.get_group(one.name))
        for name, picture in zip(one.images, one.pictures, strict=True):
            np.testing.assert_array_equal(picture, decode(root / name, image.size, image.fit, image.window))


def test_where_images_are_judged_each_is_an_example(pictured):
    evaluated = pictured.answers.cells
    by_image = evaluated.evaluation.model_copy(update={"unit": "image"})
    found = prediction_gallery(replace(evaluated, evaluation=by_image), pictured.plan, "feature_extraction")
    assert found.unit == "image"
    assert {len(one.pictures) for one in found.examples} == {1}
    assert max(one.rank for one in found.examples) == 6
    assert all(one.name == one.images[0] for one in found.examples)

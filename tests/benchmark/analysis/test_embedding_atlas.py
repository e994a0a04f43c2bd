"""An atlas holds each image once, with its side and the outcome of its study."""

import numpy as np
import pandas as pd
import pytest

from benchmark.analysis.embedding_atlas import embedding_atlas, errors_first
from benchmark.analysis.shown_cell import shown_cell
from benchmark.execution.cached import cached_embedding
from results.figures.marks import NOT_JUDGED, TEST, TRAINING, UNUSED
from results.outcomes import FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE, WRONG
from results.projection import project


@pytest.fixture(scope="module")
def evaluated(pictured):
    return pictured.answers.cells


@pytest.fixture(scope="module")
def atlas(pictured, evaluated):
    return embedding_atlas(evaluated, pictured.plan, "hand_crafted")


def test_every_image_is_there_once_with_its_row(atlas, pictured):
    images = pictured.plan.manifest.images
    assert atlas.points.index.tolist() == list(range(len(images)))
    for name in ("image", "study", "body_part"):
        assert atlas.points[name].tolist() == images[name].tolist()
    assert (atlas.points["label"] == "abnormal").tolist() == (images["label"] == 1).tolist()


def test_sides_are_those_of_the_judging_cell(atlas, pictured):
    plan, sides = pictured.plan, atlas.points["side"]
    assert np.flatnonzero(sides == TEST).tolist() == plan.test.tolist()
    assert set(np.flatnonzero(sides == TRAINING)) == set(plan.training.rows("all", 40, 0))
    assert (sides == UNUSED).sum() == len(plan.pool) - 40


def test_an_image_has_the_outcome_of_its_study(atlas, evaluated):
    record = shown_cell(evaluated, "hand_crafted")
    predictions = evaluated.predictions(record)
    means = predictions.groupby("study")["probability"].mean()
    judged = atlas.points[atlas.points["side"] == TEST].set_index("image")
    names = {(1, 1): TRUE_POSITIVE, (0, 1): FALSE_POSITIVE, (1, 0): FALSE_NEGATIVE, (0, 0): TRUE_NEGATIVE}
    for row in predictions.itertuples():
        called = int(means[row.study] >= record.threshold)
        assert judged.loc[row.image, "outcome"] == names[row.label, called]
        assert judged.loc[row.image, "probability"] == pytest.approx(means[row.study])
    others = atlas.points[atlas.points["side"] != TEST]
    assert set(others["outcome"]) == {NOT_JUDGED}
    assert others["probability"].isna().all()


def test_the_places_are_those_of_the_cached_embedding(atlas, pictured, evaluated):
    record = shown_cell(evaluated, "hand_crafted")
    cache = evaluated.records.folder.parent / ".cache"
    stored = cached_embedding(pictured.plan, record, cache)
    found = project(stored.data, np.arange(len(stored.data)))
    np.testing.assert_array_equal(atlas.points[["x", "y"]], found.points)
    assert (atlas.method, atlas.width) == ("glcm", stored.data.shape[1])


def test_unreadable_images_are_left_out(pictured, evaluated, monkeypatch):
    image = pictured.plan.manifest.images["image"][3]
    read = type(evaluated).by_setting.func
    dark = {
        setting: [record.model_copy(update={"unreadable": [image]}) for record in cells]
        for setting, cells in read(evaluated).items()
    }
    monkeypatch.setitem(evaluated.__dict__, "by_setting", dark)
    points = embedding_atlas(evaluated, pictured.plan, "hand_crafted").points
    assert image not in set(points["image"])
    assert len(points) == len(pictured.plan.manifest.images) - 1


def test_without_the_whole_every_part_is_judged_by_itself(findings, monkeypatch):
    from benchmark.analysis import embedding_atlas as module

    evaluated, plan = findings.evaluated, findings.plan
    shown = shown_cell(evaluated, "hand_crafted").model_copy(update={"body_part": "elbow"})
    own = module.judges(evaluated, shown)
    monkeypatch.setattr(module, "judges", lambda *_: {part: own[part] for part in ("elbow", "wrist")})
    images = module._images(evaluated, plan, shown)
    assert images.index.is_unique
    assert len(images) == len(plan.manifest.images)
    assert (images["outcome"] == NOT_JUDGED).sum() == len(plan.pool)


def test_wrong_images_come_first_and_the_order_is_fixed():
    outcomes = pd.Series(
        [NOT_JUDGED] * 50 + [FALSE_POSITIVE] * 3 + [TRUE_POSITIVE] * 40 + [FALSE_NEGATIVE] * 2
    )
    points = pd.DataFrame({"outcome": outcomes})
    places = errors_first(points)
    assert sorted(places) == list(range(95))
    assert set(outcomes[places[:5]]) == set(WRONG)
    assert places.tolist() == errors_first(points).tolist()
    assert places[5:].tolist() != sorted(places[5:])

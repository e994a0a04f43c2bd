"""Maps of every kind of kept model: their values, what they add up to, and where they lie."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import logit

from benchmark.errors import UserError
from benchmark.prediction.explanation import contributions_of, explainer_of, randomised_contributions_of
from benchmark.prediction.scoring import scorer_of
from benchmark.store.kept_models import read_model
from extractors.pixels import decode
from tests.benchmark.prediction.test_predictor import KINDS, record_of

SEEING = [kind for kind in KINDS if kind[1] != "majority"]


def model_of(kept_run, strategy, classifier):
    return read_model(kept_run[1], record_of(kept_run, strategy, classifier))


@pytest.fixture(scope="module")
def pixels(kept_run):
    manifest = kept_run[0].manifest
    return np.stack([decode(manifest.root / image, 40, "pad") for image in manifest.images["image"][:5]])


def log_odds(model, pixels):
    return logit(scorer_of(model, "cpu")(pixels).probabilities)


@pytest.mark.parametrize(("strategy", "classifier"), SEEING)
def test_every_kind_of_model_gives_maps_of_the_images_size(kept_run, pixels, strategy, classifier):
    maps = explainer_of(model_of(kept_run, strategy, classifier), device="cpu")(pixels)
    assert (maps.shape, maps.dtype) == (pixels.shape, np.float32)
    assert maps.min() >= 0
    assert all(one.max() in (0, pytest.approx(1)) for one in maps)
    assert (maps.std(axis=(1, 2)) > 0).any()


@pytest.mark.parametrize("classifier", ["logistic_regression", "linear_svm"])
def test_the_mean_of_a_frozen_networks_map_is_the_score_less_a_constant(kept_run, pixels, classifier):
    model = model_of(kept_run, "feature_extraction", classifier)
    maps, odds = contributions_of(model, device="cpu")(pixels), log_odds(model, pixels)
    assert np.ptp(odds) > 1e-4
    assert maps.shape[1] > 1
    rest = odds - maps.mean(axis=(1, 2))
    assert rest == pytest.approx(rest[0], abs=1e-3 * np.ptp(odds))


def test_the_majority_has_no_map(kept_run):
    with pytest.raises(UserError, match="looks at no image"):
        explainer_of(model_of(kept_run, "feature_extraction", "majority"))


@pytest.mark.parametrize(
    ("strategy", "classifier"),
    [("fine_tuning", "end_to_end"), ("feature_extraction", "xgboost"), ("feature_extraction", "linear_svm")],
)
def test_random_weights_give_other_maps_and_the_same_ones_each_time(kept_run, pixels, strategy, classifier):
    model = model_of(kept_run, strategy, classifier)
    own, random = contributions_of(model, "cpu")(pixels), randomised_contributions_of(model, "cpu")
    assert random is not None
    torch.manual_seed(7)
    again = randomised_contributions_of(model, "cpu")
    assert np.array_equal(random(pixels), again(pixels))
    assert random(pixels).shape == own.shape
    assert not np.allclose(random(pixels), own)


def test_what_has_no_weights_is_not_randomised(kept_run):
    assert randomised_contributions_of(model_of(kept_run, "hand_crafted", "logistic_regression")) is None
    model = model_of(kept_run, "feature_extraction", "logistic_regression")
    untrained = replace(model, extractor=replace(model.extractor, weights="random"))
    assert randomised_contributions_of(untrained, "cpu") is None


def test_without_a_last_feature_map_places_are_covered(kept_run, pixels, monkeypatch):
    monkeypatch.setattr("benchmark.prediction.explanation.last_map", lambda *_: None)
    for strategy, classifier in (("feature_extraction", "rbf_svm"), ("fine_tuning", "end_to_end")):
        found = contributions_of(model_of(kept_run, strategy, classifier), device="cpu")
        assert "covered" in found.how
        assert found(pixels[:1]).shape == (1, 8, 8)


def test_other_weights_than_those_of_the_cell_are_refused(kept_run):
    model = model_of(kept_run, "feature_extraction", "logistic_regression")
    other = replace(model, identity={**model.identity, "weights": "0" * 64}, backbone=None)
    with pytest.raises(UserError, match="not the one that it was fitted with"):
        explainer_of(other, device="cpu")


def test_no_image_gives_no_map(kept_run, pixels):
    explain = explainer_of(model_of(kept_run, "feature_extraction", "logistic_regression"), device="cpu")
    assert explain(pixels[:0]).shape == (0, 40, 40)


@pytest.mark.parametrize("backbone", ["bundled-flip", "bundled + bundled-random"])
def test_of_several_views_or_networks_places_are_covered(frozen_forms, pixels, backbone):
    _, records = frozen_forms
    record = next(r for r in records.all() if (r.backbone, r.classifier) == (backbone, "logistic_regression"))
    found = contributions_of(read_model(records, record), device="cpu")
    assert "covered" in found.how
    assert found(pixels[:2]).shape == (2, 8, 8)

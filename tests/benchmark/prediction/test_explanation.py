"""Maps of every kind of kept model: their values, what they add up to, and where they lie."""

import numpy as np
import pytest
from scipy.special import logit

from benchmark.errors import UserError
from benchmark.prediction.explanation import contributions_of, explainer_of
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


def test_no_image_gives_no_map(kept_run, pixels):
    explain = explainer_of(model_of(kept_run, "feature_extraction", "logistic_regression"), device="cpu")
    assert explain(pixels[:0]).shape == (0, 40, 40)

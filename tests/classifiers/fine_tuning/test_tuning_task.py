"""What both ways to choose have in common: calibration on the reported unit, and the facts of a training."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from classifiers.fine_tuning.tuning_task import Unseen
from extractors.specs import BackboneSpec

ONE_FOLD = [(np.empty(0, int), np.s_[:])]


def unseen(odds):
    return Unseen(odds, np.arange(len(odds)), ONE_FOLD)


def labelled(task, labels, studies=None):
    names = np.arange(len(labels)) if studies is None else studies
    names = names.astype(str).astype(object)
    images = replace(task().images, labels=labels, studies=names, groups=names)
    return replace(task(), images=images, by_study=studies is not None)


def test_a_calibrated_network_stays_calibrated(task):
    """Platt's sigmoid takes log odds, so that it can leave them as they are."""
    random = np.random.default_rng(0)
    odds = random.normal(0, 3, 4000)
    labels = (random.random(4000) < expit(odds)).astype(int)
    made = labelled(task, labels)
    model, threshold = made.calibrated(unseen(odds))
    assert threshold == pytest.approx(0.5, abs=0.1)
    assert np.abs(model.calibrate(odds) - expit(odds)).max() < 0.03


def test_studies_are_calibrated_as_the_mean_of_their_images(task):
    random = np.random.default_rng(0)
    labels = np.repeat(random.integers(0, 2, 2000), 2)
    odds = labels - 0.5 + random.standard_normal(4000)
    by_image = labelled(task, labels).calibrated(unseen(odds))[0].calibrate(odds)
    by_study = labelled(task, labels, np.arange(4000) // 2).calibrated(unseen(odds))[0].calibrate(odds)
    assert by_study.std() > 1.1 * by_image.std(), "less near the middle, to make up for the averaging"


def test_with_one_image_of_a_class_log_odds_stay_as_they_are(task):
    labels, odds = np.array([1, 0, 0]), np.array([2.0, 1.0, -1.0])
    model, threshold = labelled(task, labels).calibrated(unseen(odds))
    assert np.array_equal(model.calibrate(odds), expit(odds))
    assert threshold == pytest.approx((expit(2) + expit(1)) / 2)


def test_a_resolution_above_that_of_the_images_is_one_clear_line(task):
    with pytest.raises(ValueError, match="64 is above the 32 pixels"):
        task(resolution=64).training(task().recipe, task().part(np.arange(8)), None, "x")


def test_a_network_of_a_file_is_not_trained(task):
    frozen = replace(task(), spec=BackboneSpec("onnx:net.onnx", mean=(0.5,), std=(0.25,)))
    with pytest.raises(ValueError, match=r"^'onnx:net.onnx' is frozen: it can be neither fine-tuned"):
        frozen.training(task().recipe, task().part(np.arange(8)), None, "x")

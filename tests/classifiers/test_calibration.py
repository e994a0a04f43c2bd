"""Calibration and threshold: on the unit that is reported, and as today's where each image is a unit."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from classifiers import calibration
from classifiers.calibration import Units, calibrate, choose_threshold
from results.metrics import metric_value

ONE_FOLD = [(np.empty(0, int), np.s_[:])]  # every row is held out


def test_the_threshold_has_the_largest_balanced_accuracy():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 300)
    probabilities = np.clip(0.3 * labels + random.random(300) * 0.7, 0, 1)
    chosen = choose_threshold(labels, probabilities)
    best = max(balanced_accuracy_score(labels, probabilities >= cut) for cut in probabilities)
    assert balanced_accuracy_score(labels, probabilities >= chosen) == pytest.approx(best)


def test_the_threshold_lies_between_two_scores():
    assert choose_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.9])) == pytest.approx(0.4)


def test_intercepts_of_folds_do_not_spoil_the_calibration():
    random = np.random.default_rng(1)
    labels = np.tile([0, 1], 100)
    scores = labels + 0.5 * random.standard_normal(200)
    folds = [(np.empty(0, int), np.arange(k, 200, 5)) for k in range(5)]
    shifted = scores.copy()
    for number, (_, rows) in enumerate(folds):
        shifted[rows] += 0.3 * number
    held_out, _ = calibrate(shifted, labels, folds)
    assert np.corrcoef(held_out, labels)[0, 1] > 0.6


def views(studies, seed):
    """Scores of a classifier of single views: labels, scores, and the study of each of one to three views."""
    random = np.random.default_rng(seed)
    labels = (random.random(studies) < 0.4).astype(int)
    sizes = random.integers(1, 4, studies)
    owners = np.repeat(np.arange(studies), sizes)
    patient = 1.2 * random.standard_normal(studies)
    scores = 1.8 * labels[owners] + patient[owners] + 1.5 * random.standard_normal(len(owners))
    return labels[owners], scores, Units(owners)


def ece(units, labels, probabilities):
    """The expected calibration error of the studies' means."""
    means, known = units.means(probabilities), units.labels(labels)
    return metric_value("ece", known, means, np.ones((len(known), 1)), 0.5)[0]


def test_means_over_views_are_calibrated_where_those_of_single_images_are_not():
    """By images the mean of a study is pulled to the middle (20 training sets, one large test set)."""
    labels, scores, units = views(20_000, 0)
    found = []
    for seed in range(1, 21):
        known, held_out, studies = views(1000, seed)
        by_image, by_study = (calibrate(held_out, known, ONE_FOLD, of)[1] for of in (None, studies))
        found.append([ece(units, labels, by_image(scores)), ece(units, labels, by_study(scores))])
    by_image, by_study = np.mean(found, axis=0)
    assert by_image > 0.045
    assert by_study < 0.5 * by_image


def test_one_view_per_study_is_what_images_give():
    labels, scores, _ = views(200, 1)
    names = np.random.default_rng(0).permutation(len(labels)).astype(str)
    units = Units.of(names, len(labels))
    assert units.are_images
    alone, studies = (calibrate(scores, labels, ONE_FOLD, of)[0] for of in (None, units))
    assert np.array_equal(alone, studies)
    assert choose_threshold(labels, alone) == choose_threshold(units.labels(labels), units.means(alone))


def test_the_likelihood_of_units_has_its_maximum_where_platts_has():
    labels, scores, _ = views(200, 2)
    alone = Units.of(None, len(labels))
    ours = calibration._sigmoid_of_units(scores, labels, alone)(scores)
    assert ours == pytest.approx(calibration._sigmoid_of_images(scores, labels)(scores), abs=1e-4)


def test_scores_that_say_the_opposite_keep_their_ranking_and_the_share_of_studies():
    labels, scores, units = views(300, 3)
    held_out, calibrated = calibrate(-scores, labels, ONE_FOLD, units)
    assert np.array_equal(np.argsort(held_out), np.argsort(-scores))
    assert held_out.mean() == pytest.approx(units.labels(labels).mean(), abs=0.01)
    assert calibrated(np.empty(0)).shape == (0,)


def test_views_that_are_separable_give_probabilities_short_of_certainty():
    labels, _, units = views(50, 4)
    held_out, _ = calibrate(10.0 * labels, labels, ONE_FOLD, units)
    assert 0 < held_out.min() < 0.1
    assert 0.9 < held_out.max() < 1


def test_units_are_numbered_by_name_and_have_their_first_label():
    units = Units.of(np.array(["b", "a", "b"], dtype=object), 3)
    assert units.means(np.array([1.0, 5.0, 3.0])).tolist() == [5, 2]
    assert units.labels(np.array([1, 0, 1])).tolist() == [0, 1]
    assert not units.are_images

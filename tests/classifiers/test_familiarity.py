import numpy as np
import pytest

from classifiers.familiarity import REFERENCES, familiarity_of, load_familiarity


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(2, 3, (400, 16)).astype(np.float32)


def test_one_in_a_hundred_images_like_those_of_training_is_called_unlike(rows):
    found = familiarity_of(rows, np.arange(400))
    new = np.random.default_rng(1).normal(2, 3, (4000, 16)).astype(np.float32)
    assert 0.002 < (found.distances(new) > found.limit).mean() < 0.03


def test_images_in_a_direction_of_their_own_are_called_unlike():
    random = np.random.default_rng(0)
    rows = (random.normal(0, 1, (300, 40)) + 4 * random.integers(0, 2, (300, 1))).astype(np.float32)
    other = rows[:20].copy()
    other[:, 0] -= 40
    found = familiarity_of(rows, np.arange(300))
    assert (found.distances(other) > found.limit).all()


def test_other_views_of_a_patient_do_not_lower_the_limit(rows):
    pairs = np.repeat(rows[:200], 6, axis=0)
    by_patient = familiarity_of(pairs[:600], np.repeat(np.arange(100), 6))
    as_if_others = familiarity_of(pairs[:600], np.arange(600))
    assert as_if_others.limit < 0.1 < by_patient.limit


def test_no_more_than_the_first_images_are_kept(rows):
    many = np.tile(rows, (3, 1))
    assert len(familiarity_of(many, np.arange(1200)).directions) == REFERENCES


def test_a_file_holds_it_all(rows, tmp_path):
    found = familiarity_of(rows, np.arange(400))
    found.save(tmp_path)
    again = load_familiarity(tmp_path)
    assert again.limit == found.limit
    assert np.array_equal(again.distances(rows), found.distances(rows))


def test_a_feature_that_is_constant_does_no_harm(rows):
    rows[:, 3] = 7
    found = familiarity_of(rows, np.arange(400))
    assert np.isfinite(found.distances(rows)).all()

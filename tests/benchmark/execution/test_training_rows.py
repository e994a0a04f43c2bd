"""Training rows: nested by size for every seed, up to `full`."""

import numpy as np
import pytest

from benchmark.execution.training_rows import TrainingRows
from tests.benchmark.planted import grid_of
from tests.planted_study import planted_manifest

IMAGES = planted_manifest(["elbow", "wrist"], 200, 80).images
POOL = np.flatnonzero(IMAGES["split"] == "train")
DRAWN = {"resample": "patients", "share": 0.8}


def training(**changes):
    return TrainingRows(grid_of(**changes), IMAGES, POOL)


def patients(rows):
    return set(IMAGES["patient"].iloc[rows])


def test_full_is_the_whole_pool_of_every_seed():
    rows = training()
    assert set(rows.rows("all", "full", 0)) == set(rows.rows("all", "full", 1)) == set(POOL)
    assert set(IMAGES["body_part"].iloc[rows.rows("wrist", "full", 0)]) == {"wrist"}


def test_each_seed_draws_its_own_share_of_the_patients_and_all_of_their_images():
    rows = training(full=DRAWN)
    first, second = (rows.rows("all", "full", seed) for seed in (0, 1))
    assert set(first) != set(second)
    everyone = patients(POOL)
    for drawn in (first, second):
        assert len(patients(drawn)) == -(-len(everyone) * 8 // 10)
        assert not patients(drawn) & patients(np.setdiff1d(POOL, drawn))


def test_a_drawn_full_holds_the_smaller_sizes_which_stay_as_they_were():
    plain, drawn = training(), training(full=DRAWN)
    for seed in (0, 1):
        small = drawn.rows("elbow", 50, seed)
        assert (small == plain.rows("elbow", 50, seed)).all()
        assert set(small) <= set(drawn.rows("elbow", "full", seed))


def test_of_a_split_by_image_the_share_is_of_the_images():
    own = grid_of(full=DRAWN)
    by_image = own.dataset.model_copy(update={"protocol": "image"})
    rows = TrainingRows(own.model_copy(update={"dataset": by_image}), IMAGES, POOL)
    assert len(rows.rows("all", "full", 0)) == -(-len(POOL) * 8 // 10)


def test_counts_are_means_over_seeds():
    rows = training(full=DRAWN)
    assert rows.mean_counts("all", 10_000) is None
    images, people = rows.mean_counts("all", "full")
    drawn = [rows.rows("all", "full", seed) for seed in (0, 1)]
    assert images == pytest.approx(np.mean([len(one) for one in drawn]), abs=0.5)
    assert people == len(patients(drawn[0])) == len(patients(drawn[1]))
    assert rows.mean_counts("elbow", 50)[0] == 50

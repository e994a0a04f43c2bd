"""Tasks of a small network, each with a folder of its own."""

import pytest

from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.tuning_task import TuningTask
from tests.classifiers.fine_tuning.tasks import CPU, SPEC, images_of, marked_images


@pytest.fixture
def task(tmp_path):
    def make(folder="a", **recipe):
        recipe = {"epochs": 4, "batch_size": 16, "learning_rate": 3e-3, "folds": 3, **recipe}
        images = images_of(*marked_images(), train=120)
        return TuningTask(SPEC, Recipe(**recipe), images, 7, CPU, tmp_path / folder)

    return make

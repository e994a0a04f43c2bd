from dataclasses import replace

import pytest

from benchmark.execution.estimates import CellTimes
from benchmark.grid.cells import expand
from benchmark.grid.schema import Grid
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import Recipe
from tests.benchmark.recorded import COUNTS, finished

CONTENT = {
    "name": "g",
    "dataset": {"kind": "phantom"},
    "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
}


@pytest.fixture
def cell():
    return expand(Grid.model_validate(CONTENT), {"all": 500})[0][0]


def record(seconds, **more):
    counts = COUNTS | {"train_images": 500}
    return finished(
        backbone="edges", classifier="logistic_regression", counts=counts, seconds={"fit": seconds}, **more
    )


def test_a_control_does_not_change_what_is_guessed_of_an_ordinary_cell(cell):
    control = record(80.0, control="shuffled_labels")
    assert CellTimes([control]).seconds(cell, 500) == CellTimes([]).seconds(cell, 500)
    assert CellTimes([control, record(4.0)]).seconds(cell, 500) == 4.0


def test_a_control_takes_what_its_own_took_or_else_what_ordinary_cells_took(cell):
    shuffled = replace(cell, control="shuffled_labels")
    assert CellTimes([record(4.0)]).seconds(shuffled, 500) == 4.0
    assert CellTimes([record(4.0), record(80.0, control="shuffled_labels")]).seconds(shuffled, 500) == 80.0


def test_the_first_guess_is_the_registrys_and_grows_with_the_images(cell):
    boosted = replace(cell, classifier="xgboost")
    base, power = CLASSIFIERS["xgboost"].first_guess
    assert CellTimes([]).seconds(boosted, 4000) == base * 4**power


def test_smaller_images_are_tuned_faster(cell):
    tuned = replace(cell, strategy="fine_tuning", recipe=Recipe(), classifier="end_to_end")
    small, half = (CellTimes([], image_size=size).seconds(tuned, 1000) for size in (112, 224))
    assert half / small == pytest.approx(4)
    averaged = replace(tuned, recipe=Recipe(resolution=112))
    assert CellTimes([], image_size=448).seconds(averaged, 1000) == pytest.approx(small)


def test_folds_count_in_the_time_of_a_fine_tuning(cell):
    """100 images are passed in five folds and the refit, 1,000 in one training."""
    tuned = replace(cell, strategy="fine_tuning", recipe=Recipe(epochs=10), classifier="end_to_end")
    few, many = (CellTimes([]).seconds(tuned, images) for images in (100, 1000))
    assert many / few == pytest.approx(10 / 6)
    training = {
        "device": "cpu",
        "precision": "float32",
        "micro_batch": 32,
        "trained_on": 1,
        "validated_on": 1,
    }
    known = record(60.0, training=training).model_copy(update={"classifier": "end_to_end"})
    times = CellTimes([known])
    assert times.seconds(tuned, 1000) == pytest.approx(60 * (1000 * 10) / (500 * 60))


def test_a_classifier_that_is_no_longer_registered_has_a_time_too(cell):
    """Its records stay in a workspace when the package that brought it is uninstalled."""
    unknown = replace(cell, classifier="of_a_package")
    assert CellTimes([]).seconds(unknown, 2000) == 2.0
    old = record(4.0).model_copy(update={"classifier": "of_a_package"})
    assert CellTimes([old]).seconds(unknown, 500) == 4.0
    assert CellTimes([old]).seconds(cell, 500) == CellTimes([]).seconds(cell, 500)

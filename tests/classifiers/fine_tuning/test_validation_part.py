"""One validation part: the network learns from the others alone, and keeps its best epoch."""

from classifiers.fine_tuning.validation_part import tune_by_validation_part


def test_the_parts_are_all_images_and_nothing_is_refitted(task):
    tuned = tune_by_validation_part(task(epochs=3))
    facts = tuned.facts
    assert facts["trained_on"] + facts["validated_on"] == 120
    assert (facts["folds"], facts["refitted"]) == (0, False)
    assert facts["updates"] == sum(epoch["updates"] for epoch in tuned.history) == 3 * 6


def test_a_minimum_of_updates_makes_more_epochs(task):
    tuned = tune_by_validation_part(task(epochs=2, min_updates=30))
    assert len(tuned.history) == 5, "six updates per epoch of 96 images"


def test_it_stops_early_but_not_before_the_minimum_of_updates(task):
    recipe = {"epochs": 12, "early_stopping_patience": 1, "learning_rate": 1e-9, "schedule": "constant"}
    impatient = tune_by_validation_part(task(**recipe, select="auroc"))
    patient = tune_by_validation_part(task("b", **recipe, select="auroc", min_updates=60))
    assert len(impatient.history) < 10 <= len(patient.history)

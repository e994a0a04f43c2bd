"""The methods: what was compared, trained, chosen and computed."""

from results.checklists import method_sentences as methods
from tests.results.checklists.study import study


def test_technology_names_what_was_compared():
    assert methods.technology(study()) == (
        "Deep learning on radiographs: frozen pretrained networks (densenet169, resnet50 and vgg16) with a "
        "classifier on their features, fine-tuned networks (densenet169) and hand-crafted descriptors with a "
        "classifier."
    )
    crafted = study(feature_extraction=None, fine_tuning=None, comparisons=0)
    assert methods.technology(crafted).startswith("Machine learning on radiographs: hand-crafted")


def test_statistics_are_those_of_the_grid():
    facts = study(evaluation={"confidence": 0.9, "resamples": 500, "margin": 0.01})
    assert methods.uncertainty(facts).startswith(
        "Intervals of 90 % by a cluster bootstrap over test patients (500 resamplings); those of differences hold "
        "for other test patients and other training sets, from the spread over 3 seeds."
    )
    assert methods.comparison(facts) == (
        "Differences are paired by patient and tested two-sided (α = 0.1, adjusted over 64 planned comparisons); "
        "equivalence within ±0.01 by two one-sided tests, non-inferiority one-sided."
    )
    assert "±0.01" in methods.study_kind(facts)


def test_one_seed_claims_nothing_of_the_methods():
    facts = study(seeds=[0])
    assert methods.comparison(facts).endswith("; with one seed they claim nothing of the methods.")
    assert "other test patients alone (one seed)" in methods.uncertainty(facts)
    assert "margin" not in methods.study_kind(facts)


def test_training_and_choice():
    text = methods.training(study())
    rates = "learning rate 0.001, 0.0003 or 0.003"
    assert f"one stage of at most 15 epochs, {rates}, batches of 32 images." in text
    held = methods.validation(study())
    assert held.startswith("Classifiers were tuned by five folds by patient within the training images")
    (recipe,) = study()["recipes"]
    few, many = recipe | {"by_part": False}, recipe | {"by_folds": False, "by_part": True}
    assert methods.validation(study(recipes=[few], frozen=[], hand_crafted=None)) == (
        "Fine-tuning was tuned by five folds by patient, then refitted."
    )
    assert methods.validation(study(recipes=[many], frozen=[], hand_crafted=None)) == (
        "Fine-tuning kept 20 % of its training images for validation."
    )
    assert "fine-tuning" not in methods.model_choice(study(fine_tuning=None))


def test_class_weights_are_named():
    assert methods.imbalance(study()) == "No method for class imbalance was used."
    assert "(recipe" in methods.imbalance(study(recipe={"loss": "class_weighted_bce"}))


def test_software_and_digests():
    facts = study()
    assert methods.software(facts) == (
        "Benchmark 1.2.3 with Python 3.11.7, PyTorch 2.15.0 and MLflow 3.5.0 on NVIDIA H100."
    )
    assert methods.software_available(facts) == "Benchmark 1.2.3, licence Apache-2.0."
    assert "listing aaaaaaaaaaaa; pixels bbbbbbbbbbbb" in methods.digests(facts)
    assert "128 cells" in methods.digests(facts)


def test_the_primary_metric_is_not_named_twice():
    assert methods.metrics(study()).startswith("Primary: AUROC per study. Beside it average precision,")
    chosen = study(evaluation={"primary": "sensitivity"})
    assert methods.metrics(chosen).count("sensitivity") == 1


def test_a_unit_of_images_has_no_mean_over_views():
    facts = study(evaluation={"unit": "image"})
    assert (
        methods.one_model(facts) == "Models were not combined: each probability is that of one trained model."
    )
    assert "an image is abnormal" in methods.output(facts)

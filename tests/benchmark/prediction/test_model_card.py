import re
from dataclasses import replace

import pytest

from benchmark.prediction.cells import find_model, models_of
from benchmark.prediction.model_card import HELD, UNKNOWN, model_card
from classifiers.catalogue import CLASSIFIERS
from results.text import markdown_cell

SECTIONS = [
    "Model details",
    "Intended use",
    "Training data",
    "Evaluation",
    "Subgroups",
    "Limits",
    "Cost",
    "Versions",
    "Licences",
    "How to use it",
]


@pytest.fixture(scope="module")
def models(kept_run):
    _, records = kept_run
    found = [find_model(records, record.cell) for record in models_of(records)]
    return {
        "hand_crafted" if model.record.strategy == "hand_crafted" else model.record.classifier: model
        for model in found
    }


def test_every_kind_of_model_has_a_card_with_all_sections_and_no_folder(kept_run, models):
    plan, records = kept_run
    assert len(models) > 5
    for model in models.values():
        card = model_card(model)
        assert re.findall(r"^## (.*)$", card, re.M) == SECTIONS
        assert "not a medical device" in card
        assert str(records.folder.parent) not in card
        assert str(plan.manifest.root) not in card


def test_numbers_are_those_of_the_record(models):
    record = models["logistic_regression"].record
    card = model_card(models["logistic_regression"])
    found = record.bounded("study", "auroc")
    low, high = f"{found.low:.3f}", f"{found.high:.3f}"
    assert f"| AUROC | {found.value:.3f} \\[{low}, {high}\\] |" in card
    assert f"{record.counts.train_images:,} of {record.counts.pool_images:,} in the training part" in card
    assert f"numpy {record.versions['numpy']}" in card
    assert record.predictions_sha256 in card


def with_record(model, **changes):
    return replace(model, record=model.record.model_copy(update=changes))


def test_what_an_old_record_lacks_is_unknown_and_nothing_is_invented(models):
    model = models["logistic_regression"]
    bare = with_record(model, versions={}, machine={}, cost=None, embedding=None, training=None)
    card = model_card(bare)
    for line in ("Libraries", "Machine", "Device", "Energy", "Of the network's own weights", "Of this model"):
        assert f"* {line}: {markdown_cell(UNKNOWN)}" in card, line


def test_the_licence_of_the_weights_is_that_of_the_record(models):
    model = models["logistic_regression"]
    embedding = model.record.embedding or pytest.fail("a frozen network has an embedding")
    licensed = with_record(model, embedding=embedding.model_copy(update={"weights_licence": "CC-BY-NC-4.0"}))
    assert "* Of the network's own weights: CC-BY-NC-4.0" in model_card(licensed)
    assert "* Of the network's own weights: there is no network" in model_card(models["hand_crafted"])
    random = replace(model, extractor=replace(model.extractor, weights="random"))
    assert "its weights were random at the start" in model_card(random)


def test_leaks_controls_and_few_patients_are_limits(models):
    model = models["logistic_regression"]
    counts = model.record.counts.model_copy(update={"test_patients": 7})
    card = model_card(with_record(model, leaky=True, control="shuffled_labels", counts=counts))
    assert "**LEAKY split" in card
    assert "It is a control" in card
    assert "Tested on 7 patients, fewer than 20" in card
    assert "LEAKY" not in model_card(model)


def test_models_that_hold_training_images_say_so(models):
    model = models["logistic_regression"]
    plain = model_card(model)
    assert "embeddings of up to 1,000 training images, for the warnings. Give" in plain
    for name, held in (
        ("knn", "by which it judges"),
        ("tabicl", "by which it judges"),
        ("rbf_svm", "support vectors"),
    ):
        assert held not in plain
        assert held in model_card(with_record(model, classifier=name))
    assert set(HELD) <= set(CLASSIFIERS)


def test_names_cannot_break_the_table(models):
    card = model_card(with_record(models["logistic_regression"], body_part="a|b\n# c"))
    assert "| a\\|b # c |" in card
    assert "\n# c" not in card


def test_subgroups_are_shown_or_why_not(models):
    model = models["logistic_regression"]
    metrics = ("auroc", "sensitivity_at_chosen", "specificity_at_chosen")
    known = dict.fromkeys(metrics, 0.5) | {
        f"{name}_{end}": v for name in metrics for end, v in (("low", 0.4), ("high", 0.6))
    }
    rows = [
        {"group": "f", "patients": 40, "why_not": "", **known},
        {"group": "m", "patients": 3, "why_not": "too few", **known},
    ]
    card = model_card(model, {"sex": rows})
    assert "| sex | f | 40 | 0.500 \\[0.400, 0.600\\] |" in card
    assert "| sex | m | 3 | too few | too few | too few |" in card
    assert "Not worked out" in model_card(model)
    assert "names no `subgroups`" in model_card(model, {})

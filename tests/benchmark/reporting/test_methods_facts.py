"""The facts of a planted study: from its grid, manifest and records, none from a path."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmark.analysis.findings import find
from benchmark.grid.strategies import Method
from benchmark.reporting import methods_facts
from benchmark.reporting.methods_facts import facts_of
from classifiers.catalogue import CLASSIFIERS
from classifiers.names import MAJORITY
from classifiers.selection import FOLDS
from extractors.descriptors import descriptors
from extractors.specs import BackboneSpec, ConcatSpec
from results.methods_text import methods, references
from tests.benchmark.planted import answers_from, grid_of, planted


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    plan, records = planted(tmp_path_factory.mktemp("facts"), grid_of(train_sizes=[50, 400], seeds=[0]))
    return find(answers_from(plan, records), plan)


@pytest.fixture(scope="module")
def facts(findings):
    return facts_of(findings)


def test_facts_are_plain_values(facts):
    assert json.loads(json.dumps(facts)) == facts


def test_counts_are_those_of_the_manifest(facts, findings):
    images = findings.plan.manifest.images
    test = images[(images["split"] == "test") & (images["body_part"] == "elbow")]
    everything, elbow, _ = facts["parts"]
    assert elbow["test_images"] == len(test)
    assert elbow["test_patients"] == test["patient"].nunique()
    assert everything["train_studies"] + everything["test_studies"] == images["study"].nunique()


def test_what_was_done(facts, findings):
    assert facts["folds"] == FOLDS
    assert facts["comparisons"] == 2 * 3 * 2, "networks, body parts and sizes, but not the mean over networks"
    assert facts["cells"] == {"planned": len(findings.plan.cells), "finished": len(findings.plan.cells)}
    assert facts["interim"] is False
    assert facts["crossover"] is True
    assert facts["curve_fits"] is False, "two sizes are too few"
    assert facts["tests"][:2] == ["delong", "mcnemar"]
    assert facts["controls"] == []
    assert facts["versions"].items() >= findings.evaluated.finished[-1].versions.items()
    assert [len(recipe["stages"]) for recipe in facts["recipes"]] == [1]
    text = methods(facts).text
    assert "over the family of 12 comparisons" in text
    assert "resnet18 and resnet34 (random weights)" in text


def test_the_data_set_is_what_the_manifest_calls_it(findings):
    manifest = SimpleNamespace(images=findings.plan.manifest.images, name="Ours", citation="Doe 2024")
    named = replace(findings, plan=replace(findings.plan, manifest=manifest))
    assert facts_of(named)["dataset"] == {"name": "Ours", "citation": "Doe 2024"}


def test_every_name_of_a_grid_has_a_label_and_every_key_of_software_exists(facts):
    assert facts["labels"].keys() == descriptors().keys()
    assert facts["classifiers"].keys() == CLASSIFIERS.keys() - {MAJORITY}
    cited = {key for entry in facts["classifiers"].values() for key in entry["citations"]}
    assert cited | {network["citation"] for network in facts["frozen"]} <= references().keys()


def test_concatenations_and_mirrored_views_are_said(findings, facts):
    mirrored = BackboneSpec("resnet18", flip="average")
    both = ConcatSpec((BackboneSpec("resnet18"), BackboneSpec("resnet34", "random")))
    asked = [Method("feature_extraction", extractor, ("knn",)) for extractor in (mirrored, both)]
    grid = SimpleNamespace(methods=lambda: asked)
    own = SimpleNamespace(plan=SimpleNamespace(grid=grid))
    found = methods_facts._features(own)
    assert found == {"concatenated": [["resnet18", "resnet34-random"]], "mirrored": ["resnet18"]}
    networks = methods_facts._networks(own, "feature_extraction")
    assert [network["name"] for network in networks] == ["resnet18", "resnet34"]
    text = " ".join(methods(facts | found).text.split())
    assert "The features of resnet18 and resnet34-random were also put side by side." in text
    assert "Those of resnet18 were averaged over each image and its mirror image." in text
    assert "mirror image" not in methods(facts).text

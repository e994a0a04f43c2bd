"""The facts of the checklists are those of the manifest and the records."""

import json

import numpy as np
import pytest

from benchmark.reporting.answer import answer_rows
from benchmark.reporting.checklist_facts import checklist_facts
from benchmark.reporting.methods_facts import facts_of
from results.evaluation import unit_table


@pytest.fixture(scope="module")
def facts(findings):
    return checklist_facts(findings)


def test_facts_are_plain_values_and_hold_those_of_the_methods(facts, findings):
    assert json.loads(json.dumps(facts)) == facts
    assert facts.items() >= facts_of(findings).items()


def test_amounts_are_those_of_the_manifest(facts, findings):
    images = findings.plan.manifest.images
    assert facts["listed"]["images"] == len(images)
    assert facts["listed"]["patients"] == images["patient"].nunique()
    test = images[(images["split"] == "test") & (images["label"] == 1)]
    abnormal = {
        "images": len(test),
        "studies": test["study"].nunique(),
        "patients": test["patient"].nunique(),
    }
    assert facts["counts"]["test"]["abnormal"] == abnormal
    assert facts["main_part"]["body_part"] == "all"
    assert facts["shared_patients"] == 0


def test_calls_are_counted_from_the_predictions(facts, findings):
    called = {row["method"]: row for row in facts["calls"]}["fine-tuned resnet18"]
    (record,) = (
        record
        for record in findings.evaluated.finished
        if (record.strategy, record.backbone, record.body_part, record.train_size, record.seed)
        == ("fine_tuning", "resnet18", "all", "full", 0)
    )
    table = unit_table(findings.evaluated.predictions(record), "study")
    right = (table["probability"] >= record.threshold) == (table["label"] == 1)
    assert called["missed"] + called["false_alarms"] == np.sum(~right)
    assert called["sensitivity"]["value"] == pytest.approx(1 - called["missed"] / called["positives"])
    assert called["specificity"]["value"] == pytest.approx(1 - called["false_alarms"] / called["negatives"])


def test_results_are_those_of_the_findings(facts, findings):
    assert [row["verdict"] for row in facts["differences"]] == [
        row["verdict"] for row in answer_rows(findings)
    ]
    chosen = findings.chosen
    best = chosen[(chosen["body_part"] == "all") & (chosen["train_size"] == "full")]
    assert [row["value"] for row in facts["scores"]] == best["value"].tolist()
    assert {"frozen resnet18", "fine-tuned resnet34"} <= {row["method"] for row in facts["scores"]}


def test_digests_and_software(facts, findings):
    assert facts["digests"]["manifest"] == ["planted"]
    assert facts["digests"]["predictions"] == len(findings.evaluated.finished)
    assert facts["software"]["name"] == "benchmark"
    assert facts["software"]["license"] == "Apache-2.0"

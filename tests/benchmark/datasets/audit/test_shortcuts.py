from dataclasses import replace

import numpy as np
import pytest

from benchmark.datasets.audit.shortcuts import predictability, shortcut
from results.label_tasks import LabelTask
from tests.benchmark.datasets.audit.audited import audited

FEATURES = np.random.default_rng(0).random((200, 3)).astype(np.float32)


def test_noise_is_near_one_half_and_its_interval_holds_it():
    looked_at = audited()
    finding = shortcut("X", "noise", looked_at, FEATURES)
    assert finding.severity == "ok"
    assert finding.shortcut.low < 0.5 < finding.shortcut.high


def test_a_patient_is_never_on_both_sides():
    """Features that name the patient tell nothing of the label of another one."""
    patients = np.repeat(np.arange(100), 4)
    labels = np.random.default_rng(1).integers(0, 2, 100)[patients]
    measured = predictability(patients[:, None].astype(np.float32), labels, patients.astype(object))
    assert measured.low < 0.6


def test_unreadable_images_are_left_out():
    looked_at = audited()
    looked_at.scanned.errors[:10] = ["cut off"] * 10
    features = np.zeros((200, 1), np.float32)
    features[:10] = 1
    assert shortcut("X", "it", looked_at, features).shortcut.auroc == 0.5


@pytest.mark.parametrize("labels", [0, np.arange(200) < 10], ids=["one label", "ten patients of a label"])
def test_too_few_patients_are_not_judged(labels):
    finding = shortcut("X", "it", audited(label=np.asarray(labels, int) * np.ones(200, int)), FEATURES)
    assert finding.severity == "ok"
    assert "too few patients" in finding.message


def test_the_class_that_is_told_best_is_named():
    grades = np.arange(200) % 3
    looked_at = replace(audited(label=grades), task=LabelTask("ordinal", ("0", "1", "2")))
    features = np.where(grades == 1, 1, FEATURES[:, 0])[:, None].astype(np.float32)
    finding = shortcut("X", "it", looked_at, features)
    assert (finding.severity, finding.shortcut.of) == ("warning", "1")
    assert "grade '1', told best of 3, by AUROC 1.000" in finding.message
    assert shortcut("X", "noise", looked_at, FEATURES).severity == "ok"


def test_a_finding_counts_where_it_was_read_and_often_enough():
    mass = np.arange(200) % 2 * 1.0
    columns = {"label:mass": np.where(np.arange(200) < 120, mass, np.nan), "label:rare": np.arange(200) < 9}
    looked_at = replace(audited(**columns), task=LabelTask("multilabel", ("mass", "rare")))
    finding = shortcut("X", "it", looked_at, np.column_stack([mass, mass]).astype(np.float32))
    assert (finding.severity, finding.shortcut.of) == ("warning", "mass")
    assert "finding 'mass', told best of 1," in finding.message

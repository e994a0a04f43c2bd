import numpy as np
import pytest

from benchmark.datasets.audit.shortcuts import predictability, shortcut
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

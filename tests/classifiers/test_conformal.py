import numpy as np
import pytest
from scipy.special import expit

from classifiers.calibration import Units
from classifiers.conformal import HeldOut, conformal_rule


def patients(random, count):
    """Units of `count` patients, one to five each, whose errors are shared within the patient."""
    sizes = random.integers(1, 6, count)
    of = np.repeat(np.arange(count), sizes)
    label = random.integers(0, 2, count)[of]
    odds = 1.5 * (2 * label - 1) + random.normal(0, 1.5, count)[of] + random.normal(0, 0.5, len(of))
    return HeldOut(expit(odds), label, of)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_the_sets_hold_the_true_class_of_new_patients_as_often_as_promised(coverage):
    random = np.random.default_rng(0)
    held = []
    for _ in range(300):
        rule = conformal_rule(patients(random, 60), coverage)
        new = patients(random, 40)
        first = np.unique(new.patients, return_index=True)[1]  # one unit per patient
        held.append(rule.classes(new.probabilities[first])[np.arange(40), new.labels[first]].mean())
    assert coverage - 0.01 < np.mean(held) < coverage + 0.035


def test_too_few_patients_for_the_coverage_decide_nothing():
    rule = conformal_rule(patients(np.random.default_rng(0), 5), 0.95)
    assert rule.classes(np.array([0.01, 0.99])).all()
    assert not rule.decided(np.array([0.01, 0.99])).any()


def test_a_patient_with_many_units_counts_once():
    one = HeldOut(np.array([0.9, 0.1, 0.2, 0.8]), np.array([1, 0, 0, 1]), np.array([0, 1, 2, 3]))
    repeated = HeldOut(
        np.append(one.probabilities, [0.8] * 50),
        np.append(one.labels, [1] * 50),
        np.append(one.patients, [3] * 50),
    )
    assert conformal_rule(repeated, 0.5).cut == pytest.approx(conformal_rule(one, 0.5).cut)


def test_units_are_means_of_their_images():
    held_out = HeldOut.of(
        np.array([0.2, 0.4, 0.9]), np.array([0, 0, 1]), np.array(["p", "p", "q"]), Units(np.array([0, 0, 1]))
    )
    assert held_out.probabilities == pytest.approx([0.3, 0.9])
    assert list(held_out.labels) == [0, 1]
    assert list(held_out.patients) == [0, 1]


def test_a_coverage_outside_0_to_1_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1, not 1"):
        conformal_rule(patients(np.random.default_rng(0), 9), 1)

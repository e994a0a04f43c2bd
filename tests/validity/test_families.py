"""The simulated families: what is true, which comparison waits for which, and that p-values lie in this order."""

import numpy as np
import pytest

from tests.validity import families
from tests.validity.families import FAMILIES, Family, gates, truly
from tests.validity.simulation import generator


def test_body_parts_wait_for_all_of_their_size():
    family = Family(2, 1, 2, 50)
    assert gates(family) == [None, 0, 0, None, 3, 3]
    assert gates(Family(1, 2, 2, 50)) == [None] * 4


def test_all_differs_where_a_part_does():
    assert truly(Family(2, 1, 2, 50, better_parts=1, better_sizes=1)).tolist() == [False] * 3 + [
        True,
        False,
        True,
    ]
    assert truly(Family(1, 2, 2, 50, better_parts=1, better_sizes=1)).tolist() == [False, False, True, True]
    assert not any(truly(family).any() for name, family in FAMILIES.items() if "no difference" in name)


def test_networks_are_alike_within_backbone_and_strategy():
    noise = families.noise_of(Family(1, 2, 2, 50))
    correlation = noise @ noise.T
    in_group = 2 * families.SEEDS
    assert correlation.shape == (4 * in_group, 4 * in_group)
    assert np.diag(correlation) == pytest.approx(1)
    assert correlation[0, in_group - 1] == pytest.approx(0.8)
    assert correlation[0, in_group] == pytest.approx(0.4)


@pytest.mark.parametrize("family", [Family(2, 1, 2, 150, 2, 1), Family(1, 2, 2, 150, 1, 1)])
def test_p_values_are_small_where_a_large_difference_is(family, monkeypatch):
    monkeypatch.setattr(families, "BETTER", 3.0)
    monkeypatch.setattr(families, "FEWER", 50)
    p = np.array(families._p_values(family, generator("large")))
    assert p.shape == truly(family).shape
    assert (p[truly(family)] < 0.01).all()
    assert (p[~truly(family)] > 0.01).all()


def test_a_family_s_errors_are_of_its_true_nulls(monkeypatch):
    monkeypatch.setattr(families, "_p_values", lambda family, random: [1e-6, 1e-6, 1e-3, 0.9, 0.9, 1e-6])
    monkeypatch.setitem(families.FAMILIES, "tiny", Family(2, 1, 2, 50, better_parts=1, better_sizes=1))
    found = families._errors("tiny", 2)
    assert found["true"] == 2
    assert found["any_gated"] == found["any_holm"] == 1
    assert found["one"] == pytest.approx(3 / 4)
    assert found["found_unadjusted"] == found["found_holm"] == pytest.approx(1 / 2)
    assert found["found_gated"] == 0, "the part waits for `all`"

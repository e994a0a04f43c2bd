"""The simulated body parts have the noise that their names say, and are judged."""

import numpy as np
import pytest

from tests.validity.parts import OWN, TEST, measured, parts
from tests.validity.simulation import generator


def test_estimates_have_the_planted_noise():
    random = generator("test_parts")
    found = [measured(np.array([0.1]), 5, 0.03, random)[0] for _ in range(300)]
    variance = np.var([one.value for one in found])
    assert variance == pytest.approx(TEST**2 + (OWN**2 + 0.03**2) / 5, rel=0.25)
    assert np.mean([one.error**2 for one in found]) == pytest.approx(variance, rel=0.25)
    assert np.mean([one.value for one in found]) == pytest.approx(0.1, abs=0.006)


def test_sizes_share_the_test_patients_and_half_of_the_training_noise():
    random = generator("test_parts", "sizes")
    values = np.array([[one.value for one in measured(np.zeros(2), 3, 0.04, random)] for _ in range(300)])
    shared = TEST**2 + 0.5 * 0.04**2 / 3
    assert np.cov(values.T)[0, 1] == pytest.approx(shared, rel=0.3)


def test_there_is_a_row_per_setting_of_shares():
    rows = parts(2)
    assert len(rows) == 2 * 2 * 4
    shares = rows.filter(regex="holds|rejects")
    assert shares.notna().all(axis=None)
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)

"""TabICL with a tiny network of random weights: the logic around it, not what it is worth."""

import numpy as np
import pytest
from scipy.special import expit

from classifiers.tabicl_checkpoint import VARIABLE
from classifiers.tabicl_function import MEMBERS, InContext
from tests.classifiers.tiny_tabicl import write_tiny


@pytest.fixture
def problem():
    random = np.random.default_rng(0)
    return random.normal(size=(40, 6)).astype(np.float32), (np.arange(40) % 2).astype(np.uint8)


def test_it_is_the_librarys_own_answer(problem, tiny_tabicl, monkeypatch):
    import os

    from tabicl import TabICLClassifier

    rows, labels = problem
    plain = TabICLClassifier(MEMBERS, model_path=os.environ[VARIABLE], device="cpu", random_state=3, n_jobs=1)
    expected = plain.fit(rows[:30], labels[:30]).predict_proba(rows[30:])[:, 1]
    own = InContext(rows[:30], labels[:30], None, tiny_tabicl, 3, 1)
    assert expit(own(rows[30:])) == pytest.approx(expected, abs=1e-6)
    assert np.ptp(own(rows[30:])) > 1e-3
    assert own(rows[:0]).shape == (0,)


def test_it_reads_the_components_of_rows(problem, tiny_tabicl):
    rows, labels = problem
    components = np.linalg.qr(rows[:6])[0][:3].astype(np.float32)
    reduced = rows @ components.T
    one = InContext(reduced[:30], labels[:30], components, tiny_tabicl, 0, 1)
    two = InContext(reduced[:30], labels[:30], None, tiny_tabicl, 0, 1)
    assert one(rows[30:]) == pytest.approx(two(reduced[30:]), abs=1e-6)
    assert one.nbytes == two.nbytes + 3 * 6 * 4


def test_other_weights_than_those_of_the_fit_are_refused(problem, tiny_tabicl, tmp_path, monkeypatch):
    rows, labels = problem
    model = InContext(rows, labels, None, tiny_tabicl, 0, 1)
    monkeypatch.setenv(VARIABLE, str(write_tiny(tmp_path / "other.ckpt", seed=1)))
    with pytest.raises(ValueError, match="other weights of TabICL"):
        model(rows)

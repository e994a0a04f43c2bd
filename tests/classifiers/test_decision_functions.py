import numpy as np
import pytest
import xgboost as xgb
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from classifiers.decision_functions import (
    KEPT_FUNCTIONS,
    GaussianKernel,
    Linear,
    Neighbours,
    Same,
    Trees,
    nearest,
    weighted_share,
)
from classifiers.tabicl_function import InContext


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(0, 1, (300, 8)).astype(np.float32)


@pytest.fixture
def labels(rows):
    return (rows[:, 0] + rows[:, 1] ** 2 > 0.8).astype(int)


def test_the_gaussian_kernel_is_that_of_scikit_learn(rows, labels):
    model = SVC(C=3.0, gamma=0.2).fit(rows, labels)
    own = GaussianKernel(rows[model.support_], model.dual_coef_[0].copy(), 0.2, float(model.intercept_[0]))
    assert own(rows) == pytest.approx(model.decision_function(rows), abs=1e-4)


def test_many_rows_are_the_same_as_few(rows, labels):
    model = SVC().fit(rows, labels)
    own = GaussianKernel(rows[model.support_], model.dual_coef_[0].copy(), 0.1, 0.0)
    many = np.tile(rows, (9, 1))  # more than are in memory at once
    assert own(many)[-300:] == pytest.approx(own(rows), abs=1e-5)


@pytest.mark.parametrize("cosine", [False, True])
@pytest.mark.parametrize("count", [1, 7, 400])
def test_neighbours_are_those_of_scikit_learn(rows, labels, count, cosine):
    known, asked = rows[:200], np.tile(rows[200:], (25, 1))  # more than are in memory at once
    plain = KNeighborsClassifier(
        min(count, 200), weights="distance", metric="cosine" if cosine else "euclidean", algorithm="brute"
    ).fit(known, labels[:200])
    own = Neighbours(known, labels[:200].astype(np.uint8), count, cosine)
    assert own(asked) == pytest.approx(plain.predict_proba(asked)[:, 1], abs=1e-4)


def test_the_nearest_come_first_and_a_copy_outweighs_all_others(rows, labels):
    distances, found = nearest(rows[:3], rows, 5)
    assert found[:, 0].tolist() == [0, 1, 2]
    assert (np.diff(distances, axis=1) >= 0).all()
    exact = np.sort(np.linalg.norm(rows[:3, None] - rows[None], axis=2), axis=1)[:, :5]
    assert distances == pytest.approx(exact, abs=2e-3)
    assert weighted_share(np.float32([[0, 1, 1]]), np.array([[1, 0, 0]])) == pytest.approx([1], abs=1e-5)


def test_every_function_is_the_same_after_it_was_a_file(rows, labels, tmp_path, tiny_tabicl):
    booster = xgb.train({"max_depth": 2}, xgb.DMatrix(rows, labels), 5)
    functions = {
        "linear": Linear(rows[0], 0.25),
        "gaussian_kernel": GaussianKernel(rows[:20], np.linspace(-1, 1, 20), 0.3, -0.5),
        "neighbours": Neighbours(rows[20:], labels[20:].astype(np.uint8), 3, True),
        "trees": Trees(booster),
        "in_context": InContext(rows[:9, :3], labels[:9].astype(np.uint8), rows[:3], tiny_tabicl, 4, 1),
        "same": Same(),
    }
    assert functions.keys() == KEPT_FUNCTIONS.keys()
    for name, function in functions.items():
        folder = tmp_path / name
        folder.mkdir()
        function.save(folder)
        assert np.array_equal(KEPT_FUNCTIONS[name].load(folder)(rows), function(rows)), name


def test_trees_of_a_damaged_file_are_refused(tmp_path):
    (tmp_path / "trees.json").write_text('{"learner": 3}')
    with pytest.raises(ValueError, match="holds no trees of XGBoost"):
        Trees.load(tmp_path)

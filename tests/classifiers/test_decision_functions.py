import numpy as np
import pytest
import xgboost as xgb
from sklearn.svm import SVC

from classifiers.decision_functions import KEPT_FUNCTIONS, GaussianKernel, Linear, Same, Trees


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


def test_every_function_is_the_same_after_it_was_a_file(rows, labels, tmp_path):
    booster = xgb.train({"max_depth": 2}, xgb.DMatrix(rows, labels), 5)
    functions = {
        "linear": Linear(rows[0], 0.25),
        "gaussian_kernel": GaussianKernel(rows[:20], np.linspace(-1, 1, 20), 0.3, -0.5),
        "trees": Trees(booster),
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

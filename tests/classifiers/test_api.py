"""One classifier on one embedding, without a grid."""

import subprocess
import sys

import numpy as np
import pytest

import classifiers
from tests.classifiers.problems import HERE

RANDOM = np.random.default_rng(0)
Y = np.tile([0, 1], 30)
X = RANDOM.normal(size=(60, 4)) + Y[:, None]
PATIENTS = np.repeat(np.arange(20), 3)


@pytest.mark.parametrize("name", HERE)
def test_it_fits_and_predicts_other_rows(name):
    model = classifiers.fit(name, X, Y.astype(bool), PATIENTS, seed=3)
    assert model.probabilities.shape == (0,)
    found = model.predict_proba(X[:7].astype(np.float32))
    assert found.shape == (7,)
    assert found.dtype == np.float64
    assert ((found > 0) & (found < 1)).all()
    assert model.predict_proba(X[:0].astype(np.float32)).shape == (0,)
    again = classifiers.fit(name, X, Y, PATIENTS, seed=3).predict_proba(X[:7].astype(np.float32))
    assert np.array_equal(found, again)


def test_units_are_judged_by_their_mean():
    random = np.random.default_rng(1)
    labels, studies = np.repeat(Y, 2), np.repeat(np.arange(60), 2)
    x = labels[:, None] + 1.5 * random.normal(size=(120, 2))
    alone, means = (
        classifiers.fit("logistic_regression", x, labels, studies, units=units) for units in (None, studies)
    )
    assert means.predict_proba(x.astype(np.float32)).std() > alone.predict_proba(x.astype(np.float32)).std()


def test_it_separates_what_can_be_separated():
    model = classifiers.fit("logistic_regression", X, Y)
    higher, lower = model.predict_proba(np.array([[3.0] * 4, [-2.0] * 4], np.float32))
    assert higher > model.threshold > lower


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "rbf_smv"}, "no classifier 'rbf_smv'; did you mean 'rbf_svm'"),
        ({"x": X[:, 0]}, r"x must have shape \(rows, features\), not \(60,\)"),
        ({"x": X[:0], "y": Y[:0]}, "x must have shape"),
        ({"x": np.where(X > 1, np.nan, X)}, "values that are not finite"),
        ({"y": np.zeros(60)}, "y must hold 0 and 1, both of them; it holds 0.0"),
        ({"y": Y + 1}, "it holds 1, 2"),
        ({"y": Y[:9]}, r"y must have shape \(60,\), one per row of x, not \(9,\)"),
        ({"groups": PATIENTS[:9]}, "groups must have shape"),
        ({"groups": np.zeros(60)}, "two patients of each class"),
        ({"units": PATIENTS[:9]}, "units must have shape"),
        ({"units": PATIENTS}, "units: one of them has rows of both labels"),
    ],
)
def test_bad_input_is_one_clear_line(changes, message):
    given = {"name": "logistic_regression", "x": X, "y": Y, "groups": PATIENTS} | changes
    with pytest.raises(ValueError, match=message) as error:
        classifiers.fit(**given)
    assert "\n" not in str(error.value)


def test_other_rows_are_checked_too():
    model = classifiers.fit("linear_svm", X, Y)
    with pytest.raises(ValueError, match="not finite"):
        model.predict_proba(np.full((1, 4), np.nan, np.float32))
    with pytest.raises(ValueError, match="features"):
        model.predict_proba(np.zeros((1, 3), np.float32))


def test_neither_the_package_nor_the_registry_imports_anything_heavy():
    code = (
        "import sys, classifiers, classifiers.catalogue\n"
        "print([name for name in ('sklearn', 'scipy', 'torch', 'xgboost') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'fitt'"):
        _ = classifiers.fitt

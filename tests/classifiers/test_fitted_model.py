"""Fitted models as files: the same numbers afterwards, no code in them, and a clear line for damage."""

import json

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from classifiers.api import fit
from classifiers.decision_functions import KEPT_FUNCTIONS
from classifiers.fitted_model import FittedModel, Standardisation, load_fitted_model
from tests.classifiers.problems import HERE, make


@pytest.fixture(scope="module")
def data():
    return make(120, 30)[0]


@pytest.mark.parametrize("name", HERE)
def test_a_model_that_was_kept_gives_the_same_probabilities(name, data, tmp_path):
    model = fit(name, data.train, data.labels, data.groups).model
    assert model is not None
    assert model.can_be_kept
    model.save(tmp_path)
    again = load_fitted_model(tmp_path)
    assert np.array_equal(again.predict_proba(data.test), model.predict_proba(data.test))
    assert np.array_equal(again.held_out.probabilities, model.held_out.probabilities)
    suffixes = {path.suffix for path in tmp_path.iterdir()}
    assert suffixes <= {".json", ".safetensors"}, "formats that hold no code"


def test_standardisation_is_that_of_scikit_learn(data):
    scaler = StandardScaler().fit(data.train)
    own = Standardisation(scaler.mean_, scaler.scale_)(data.test)
    assert np.array_equal(own, scaler.transform(data.test).astype(np.float32))


def test_rows_of_another_width_are_refused(data):
    model = fit("logistic_regression", data.train, data.labels, data.groups).model
    with pytest.raises(ValueError, match="30 features, not"):
        model.predict_proba(data.test[:, :5])


def test_a_decision_function_that_is_only_code_is_not_kept(data, tmp_path):
    model = fit("logistic_regression", data.train, data.labels, data.groups).model
    foreign = FittedModel(model.standardise, lambda rows: rows[:, 0], model.calibrate, model.held_out)
    assert not foreign.can_be_kept
    with pytest.raises(ValueError, match="no file can hold the decision function"):
        foreign.save(tmp_path)


@pytest.mark.parametrize("name", ["classifier.json", "held_out.safetensors", "classifier.safetensors"])
@pytest.mark.parametrize("damage", ["absent", "cut", "other"])
def test_damaged_files_are_one_clear_line(name, damage, data, tmp_path):
    fit("logistic_regression", data.train, data.labels, data.groups).model.save(tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    path.unlink()
    if damage != "absent":
        path.write_bytes(content[:20] if damage == "cut" else json.dumps([1, 2]).encode())
    with pytest.raises(ValueError, match="damaged or not complete") as raised:
        load_fitted_model(tmp_path)
    assert "\n" not in str(raised.value)


def test_every_registered_decision_function_has_a_name():
    assert set(KEPT_FUNCTIONS) == {"linear", "gaussian_kernel", "neighbours", "trees", "in_context", "same"}

"""The entry of a classifier in the registry."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields

import pytest

from classifiers.classifier import Classifier


def test_what_another_package_must_give_is_short():
    entry = Classifier("knn", "k nearest neighbours", print, (0.5, 1.0), "It asked the neighbours.")
    assert entry.learns
    assert entry.reference is None, "its fit is the definition"
    assert {field.name for field in fields(entry)} >= {"name", "label", "fit", "first_guess", "method"}
    with pytest.raises(FrozenInstanceError):
        entry.name = "other"


def test_its_module_imports_no_library_of_classifiers():
    code = "import sys, classifiers.classifier; print({'sklearn', 'numpy', 'xgboost'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

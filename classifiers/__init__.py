"""Fit classifiers on feature vectors: `classifiers.fit("rbf_svm", x, y, groups)`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classifiers.api import fit as fit
    from classifiers.classifier import Classifier as Classifier
    from classifiers.fitting import Fit as Fit
    from classifiers.train_and_test import TrainTest as TrainTest

_PUBLIC = {
    "fit": "classifiers.api",
    "Classifier": "classifiers.classifier",
    "Fit": "classifiers.fitting",
    "TrainTest": "classifiers.train_and_test",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that `import classifiers` stays fast."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'classifiers' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)

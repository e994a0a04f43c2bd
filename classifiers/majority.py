"""The majority baseline: every test row gets the share of positive units in training."""

import numpy as np
from sklearn.dummy import DummyClassifier

from classifiers.calibration import Units
from classifiers.classifier import ReferenceEstimator
from classifiers.fitting import Fit
from classifiers.train_and_test import TrainTest


def majority(data: TrainTest) -> Fit:
    """A constant probability; its AUROC is one half by definition."""
    share = float(Units.of(data.units, len(data.labels)).labels(data.labels).mean())
    return Fit(
        probabilities=np.full(len(data.test), share),
        parameters={},
        selection_auroc=0.5,
        threshold=0.5,
        seconds={"select": 0.0, "fit": 0.0, "predict": 0.0},
        bytes_on_disk=4,
        predictor=lambda rows: np.full(len(rows), share),
    )


def plain_majority(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The scikit-learn estimator that defines `majority`."""
    return DummyClassifier(strategy="prior"), {}

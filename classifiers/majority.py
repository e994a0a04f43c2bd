"""The majority baseline: every test row gets the share of positive units in training."""

import numpy as np
from scipy.special import logit
from sklearn.dummy import DummyClassifier

from classifiers.calibration import Sigmoid, Units
from classifiers.classifier import ReferenceEstimator
from classifiers.conformal import HeldOut
from classifiers.decision_functions import Same
from classifiers.fitted_model import FittedModel
from classifiers.fitting import Fit
from classifiers.train_and_test import TrainTest


def majority(data: TrainTest) -> Fit:
    """A constant probability; its AUROC is one half by definition."""
    units = Units.of(data.units, len(data.labels))
    share = float(units.labels(data.labels).mean())
    held_out = HeldOut.of(np.full(len(data.labels), share), data.labels, data.groups, units)
    return Fit(
        probabilities=np.full(len(data.test), share),
        parameters={},
        selection_auroc=0.5,
        threshold=0.5,
        seconds={"select": 0.0, "fit": 0.0, "predict": 0.0},
        bytes_on_disk=4,
        model=FittedModel(None, Same(), Sigmoid(1.0, intercept=float(logit(share))), held_out),
    )


def plain_majority(features: int, seed: int, threads: int) -> ReferenceEstimator:
    """The scikit-learn estimator that defines `majority`."""
    return DummyClassifier(strategy="prior"), {}

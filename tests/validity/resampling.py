"""A simulated data set's metrics: their values, and those of each resampling and without each patient."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from results.metrics import metric_value
from results.uncertainty import patient_weights
from tests.validity.simulation import Rows, Sample, Values
from tests.validity.worlds import THRESHOLD

RESAMPLES = 2000  # as results.evaluation has it
FEWER = 400  # where many networks are compared in each data set
BLOCK = 100  # resamplings at once: their sums fit the processor's cache


def weights_of(sample: Sample, seed: int, resamples: int = RESAMPLES) -> Values:
    """The project's resampling of patients, (studies, resamples); each data set has draws of its own."""
    return patient_weights(names_of(sample), resamples, seed)


def names_of(sample: Sample) -> NDArray[np.object_]:
    """The patient of each study, as the project takes names."""
    return np.asarray(sample.patient.astype(str).astype(object))


def without_each(sample: Sample) -> Values:
    """Weights that leave out one patient each, (studies, patients): the jackknife."""
    return (sample.patient[:, None] != np.unique(sample.patient)).astype(np.float64)


def metrics_of(metrics: Sequence[str], labels: Rows, probabilities: Values, weights: Values) -> Values:
    """Each metric of each classifier under each column of weights, (classifiers, metrics, columns)."""
    found = np.empty((len(probabilities), len(metrics), weights.shape[1]))
    for start in range(0, weights.shape[1], BLOCK):
        block = weights[:, start : start + BLOCK].astype(np.float64)
        for c, scores in enumerate(probabilities):
            for m, metric in enumerate(metrics):
                found[c, m, start : start + BLOCK] = metric_value(metric, labels, scores, block, THRESHOLD)
    return found


def values_of(metrics: Sequence[str], labels: Rows, probabilities: Values) -> Values:
    """Each metric of each classifier, (classifiers, metrics)."""
    return metrics_of(metrics, labels, probabilities, np.ones((len(labels), 1)))[:, :, 0]

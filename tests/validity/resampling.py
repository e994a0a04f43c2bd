"""A simulated data set's metrics: their values, and those of each resampling and without each patient."""

from collections.abc import Sequence

import numpy as np

from results.metrics import metric_value
from results.uncertainty import patient_weights
from tests.validity.simulation import Rows, Sample, Values
from tests.validity.worlds import THRESHOLD

RESAMPLES = 2000  # as results.evaluation has it
BLOCK = 250  # resamplings at once, as there


def weights_of(sample: Sample, seed: int) -> Values:
    """The project's resampling of patients, (studies, RESAMPLES); each data set has draws of its own."""
    return patient_weights(sample.patient.astype(str).astype(object), RESAMPLES, seed)


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

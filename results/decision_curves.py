"""Net benefit: what acting on predictions is worth at a threshold of probability (Vickers & Elkin 2006)."""

import numpy as np

from results.metric import Labels, Values


def net_benefit(labels: Labels, probabilities: Values, weights: Values, thresholds: Values) -> Values:
    """True positives minus false positives × odds of the threshold, per row.

    A threshold t means that one missed abnormal case is as bad as (1 - t) / t false alarms. Labels and
    probabilities (n,), weights (n, B), thresholds (T,) between 0 and 1; returns (T, B): the unit is true
    positives per row. A row counts as called where its probability is at least the threshold.
    """
    called = probabilities >= thresholds[:, None]
    odds = (thresholds / (1 - thresholds))[:, None]
    worth = called * np.where(labels == 1, 1.0, -odds)
    benefit: Values = worth @ weights / weights.sum(axis=0)
    return benefit


def treat_all(labels: Labels, weights: Values, thresholds: Values) -> Values:
    """The net benefit of calling every row abnormal, (T, B); that of calling none is 0."""
    return net_benefit(labels, np.ones(len(labels)), weights, thresholds)

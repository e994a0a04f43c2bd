"""What it saves to read studies in the order of their probability, against reading them as they come."""

from typing import NamedTuple

import numpy as np

from results.metric import Labels, Values


class Gains(NamedTuple):
    """The cumulative gains curve: of the studies read so far, and of the abnormal ones among them, the share.

    Both are (points, B), ascending from 0 to 1; a point after each group of equal probabilities. Between two
    points the curve is straight, which is the mean over all orders of the tied studies.
    """

    read: Values
    found: Values


def gains(labels: Labels, probabilities: Values, weights: Values) -> Gains:
    """The curve of studies in descending order of probability.

    Labels (0 normal, 1 abnormal) and probabilities (n,), weights (n, B). NaN in a column without an abnormal
    study.
    """
    order = np.argsort(-probabilities, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(probabilities[order]) != 0, True))
    sorted_weights = weights[order].astype(np.float64)
    read = np.cumsum(sorted_weights, axis=0)[ends]
    found = np.cumsum(sorted_weights * (labels[order] == 1)[:, None], axis=0)[ends]
    begin = np.zeros((1, weights.shape[1]))
    with np.errstate(invalid="ignore"):
        return Gains(np.vstack([begin, read / read[-1]]), np.vstack([begin, found / found[-1]]))


def found_by(curve: Gains, read: Values) -> Values:
    """The share of abnormal studies among these first shares (k,) of the list: (k, B)."""
    columns = zip(curve.read.T, curve.found.T, strict=True)
    return np.column_stack([np.interp(read, across, up) for across, up in columns])


def read_until(curve: Gains, found: Values) -> Values:
    """The share of the list after which these shares (k,) of the abnormal studies have been read: (k, B).

    At 0.5 this is the place of the median abnormal study: 0.5 in a list without order. 1 minus the value at a
    sensitivity is the reading that it saves, where the rest is not read.
    """
    columns = zip(curve.read.T, curve.found.T, strict=True)
    return np.column_stack([_reached(across, up, found) for across, up in columns])


def _reached(read: Values, found: Values, wanted: Values) -> Values:
    """The first place on one curve at which each share is reached."""
    if np.isnan(found).any():
        return np.full(len(wanted), np.nan)
    after = np.searchsorted(found, wanted - 1e-12).clip(1, len(found) - 1)
    before = after - 1
    rise = found[after] - found[before]
    inside = np.divide(wanted - found[before], rise, out=np.zeros(len(wanted)), where=rise > 0)
    place: Values = read[before] + inside.clip(0, 1) * (read[after] - read[before])
    return place

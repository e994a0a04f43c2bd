"""The label-efficiency ratio: fine-tuning with N images equals the frozen network with k · N."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import isotonic_regression

from results.metrics import Values
from results.uncertainty import MAX_UNDEFINED

REACHED = "reached"
MORE = "more"  # frozen does not reach it at the largest measured size: the ratio, if any, is above the data
LESS = "less"  # frozen is as good at the smallest measured size already: the ratio is below the data
UNDEFINED = "undefined"


def label_efficiency(
    sizes: Sequence[int],
    tuned: Sequence[float],
    frozen: Sequence[float],
    tuned_drawn: Values,
    frozen_drawn: Values,
    confidence: float = 0.95,
) -> list[dict[str, Any]]:
    """For each size N, how many times N images the frozen network needs to be as good as fine-tuning at N.

    `sizes` ascend (labelled images); `tuned` and `frozen` (n_sizes,) are values of a metric of which higher
    is better; `tuned_drawn` and `frozen_drawn` (n_sizes, resamples) are these in paired resamplings: column b
    of both is one resampling. The frozen curve is made monotone (isotonic regression, by scipy) and is
    straight over log(size) in between; the ratio is the least size at which it reaches fine-tuning's value,
    by N.

    One row per size: size, value, low, high (ratios), status, low_status, high_status, and `least` and
    `most`, the ratios of the smallest and the largest measured size. A status is REACHED, or LESS or MORE
    where the ratio lies outside the measured sizes: then the number is that of the nearer end. The interval
    is the percentile interval of the draws, in which draws outside the sizes keep their place (as in
    `results.crossover`), by the wider order statistics. All is UNDEFINED with an undefined value, and bounds
    where at least half of the draws are. Raises ValueError for sizes that do not ascend from above zero, and
    for other shapes.
    """
    points = np.array([tuned, frozen], np.float64)
    _check(sizes, points, tuned_drawn, frozen_drawn)
    logs = np.log(np.asarray(sizes, np.float64))
    needed = _needed(logs, points[0][:, None], points[1][:, None])[:, 0]
    drawn = _needed(logs, tuned_drawn, frozen_drawn)
    rows = []
    for place, size in enumerate(sizes):
        low, high = _bounds(drawn[place], confidence)
        ends = {"least": sizes[0] / size, "most": sizes[-1] / size}
        numbers = {"value": needed[place], "low": low, "high": high}
        row: dict[str, Any] = {"size": size, **ends}
        for name, log in numbers.items():
            row["status" if name == "value" else f"{name}_status"] = status = _status(log)
            known = {
                REACHED: float(np.exp(log)) / size,
                LESS: ends["least"],
                MORE: ends["most"],
                UNDEFINED: None,
            }
            row[name] = known[status]
        rows.append(row)
    return rows


def is_determined(row: Mapping[str, Any]) -> bool:
    """Whether a ratio is known and its interval leaves out a part of the measured sizes."""
    statuses = row["low_status"], row["high_status"]
    return UNDEFINED not in (row["status"], *statuses) and statuses != (LESS, MORE)


def _check(sizes: Sequence[int], points: Values, tuned_drawn: Values, frozen_drawn: Values) -> None:
    if len(sizes) == 0 or sizes[0] <= 0 or (np.diff(sizes) <= 0).any():
        raise ValueError(f"training sizes must be positive and ascending, not {list(sizes)}")
    shapes = points.shape[1:], tuned_drawn.shape, frozen_drawn.shape
    if any(shape[0] != len(sizes) for shape in shapes) or shapes[1] != shapes[2] or not tuned_drawn.size:
        raise ValueError(f"{len(sizes)} sizes, but values and draws of shapes {shapes}")


def _needed(logs: Values, tuned: Values, frozen: Values) -> Values:
    """log(size) at which the frozen curve reaches each of fine-tuning's values, (n_sizes, B).

    -inf where it is there at the first size already, inf where it is not at the last, NaN where undefined.
    """
    found = np.full(tuned.shape, np.nan)
    for column in np.flatnonzero(np.isfinite(tuned).all(axis=0) & np.isfinite(frozen).all(axis=0)):
        curve = isotonic_regression(frozen[:, column]).x
        after = np.searchsorted(curve, tuned[:, column], "left")  # the first size that is as good
        for place, (value, at) in enumerate(zip(tuned[:, column], after, strict=True)):
            found[place, column] = _size_at(logs, curve, value, int(at))
    return found


def _size_at(logs: Values, curve: Values, value: float, after: int) -> float:
    if after == len(logs):
        return np.inf
    if after == 0:
        return float(logs[0]) if curve[0] == value else -np.inf
    left, right = curve[after - 1], curve[after]
    return float(logs[after - 1] + (logs[after] - logs[after - 1]) * (value - left) / (right - left))


def _bounds(drawn: Values, confidence: float) -> tuple[float, float]:
    """The order statistics just outside the two quantiles; NaN where too many draws are undefined."""
    known = drawn[~np.isnan(drawn)]
    if len(known) <= MAX_UNDEFINED * len(drawn):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, tail, method="lower"), np.quantile(known, 1 - tail, method="higher")
    return float(low), float(high)


def _status(log: float) -> str:
    if np.isnan(log):
        return UNDEFINED
    return REACHED if np.isfinite(log) else (MORE if log > 0 else LESS)

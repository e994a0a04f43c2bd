"""The crossover: the number of labelled images from which fine-tuning is better than the frozen network.

`crossover` estimates it, `zones` says at which sizes the data show one of the two to be better.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from results.metrics import Values
from results.uncertainty import MAX_UNDEFINED

CROSSED = "crossed"
ALWAYS = "always fine-tuned"  # fine-tuned is ahead at every size: the crossover is at the smallest or below
BEYOND = "beyond the data"  # fine-tuned is not ahead at the largest size: the crossover, if any, is above
UNDEFINED = "undefined"
STATUSES = (CROSSED, ALWAYS, BEYOND, UNDEFINED)
NOT_DETERMINED = "not determined by these data"
FROZEN_BETTER, UNDECIDED, TUNED_BETTER = "frozen better", "undecided", "fine-tuned better"
ZONES = (FROZEN_BETTER, UNDECIDED, TUNED_BETTER)


class Zone(NamedTuple):
    """Training images, from `low` to `high`, at which one of ZONES holds."""

    zone: str
    low: float
    high: float


def crossover(
    sizes: Sequence[int], differences: Sequence[float], drawn: Values, confidence: float = 0.95
) -> dict[str, Any]:
    """The size from which on fine-tuned is ahead at every measured size, with its interval.

    `sizes` ascend (labelled images); `differences` (n_sizes,) are fine-tuned minus frozen in a metric of
    which higher is better; `drawn` (n_sizes, resamples) are those differences in two-way resamplings of test
    patients and training subsets, the same for all sizes. The crossover is where the straight line over
    log(size) passes zero between the last size at which fine-tuned is not ahead and the next one. A NaN
    difference makes it undefined: leave such a size out.

    The interval is the percentile interval of the crossovers of the draws, in which a draw that never
    crosses keeps its place: below all sizes when always fine-tuned, above all when beyond the data, as
    a censored observation. To leave such draws out would claim that a crossover exists and shrink the
    interval onto the data. So a bound may be open. Its bounds are order statistics (the wider ones).
    When noise makes a draw cross several times, its last crossing counts, which tends to be at a larger size:
    read it beside the `zones`, which need no crossing.

    Returns value, low and high (images, or None) with `status`, `low_status` and `high_status`, of STATUSES:
    - a value has a number only when crossed;
    - low is open (None) when always fine-tuned; when beyond the data it is the largest size: the
      crossover is above it;
    - high is open when beyond the data; when always fine-tuned it is the smallest size;
    - both bounds are undefined when at least half of the draws are.
    `shares` is the share of the draws with each status, and `sign_changes` how often the difference
    changes its sign over the sizes: more than one, and there is no single crossover.
    Raises ValueError for sizes that do not ascend from above zero, other shapes, and no draw.
    """
    points = np.asarray(differences, np.float64)
    _check(sizes, points, drawn)
    logs = np.log(np.asarray(sizes, np.float64))
    value = _crossings(logs, points[:, None])[0]
    resampled = _crossings(logs, drawn)
    low, high = _interval(resampled, confidence)
    statuses = [_status(crossing) for crossing in resampled]
    signs = np.sign(points[points != 0])
    return {
        "value": _images(value),
        "status": _status(value),
        "low": float(sizes[-1]) if low == np.inf else _images(low),
        "low_status": _status(low),
        "high": float(sizes[0]) if high == -np.inf else _images(high),
        "high_status": _status(high),
        "shares": {status: statuses.count(status) / len(statuses) for status in STATUSES},
        "sign_changes": None if np.isnan(value) else int(np.count_nonzero(np.diff(signs))),
    }


def zones(
    sizes: Sequence[int],
    differences: Sequence[float],
    drawn: Values,
    intervals: Sequence[tuple[float, float]],
    confidence: float = 0.95,
) -> list[Zone]:
    """The measured range in zones, smallest first: frozen better, undecided, fine-tuned better.

    They come from a band around the differences that holds at all sizes together with `confidence`.
    `intervals` (n_sizes,) are those of the single sizes; the band widens all of them by the same factor: the
    quantile of the largest deviation over sizes of the draws from their median, in units of the interval's
    reach on that side (the max-|t| method: Montiel Olea and Plagborg-Moller 2019, J. Appl. Econom. 34:1), and
    at least 1. Between two sizes its bounds are straight lines over log(size): where the true difference is
    one too, it is held there as well. One side is better where the band leaves out zero.

    The other arguments are those of `crossover`. No zone where a size has no difference or no
    interval, or where too many draws are undefined. Raises ValueError as `crossover` does.
    """
    points, bounds = np.asarray(differences, np.float64), np.asarray(intervals, np.float64)
    _check(sizes, points, drawn)
    reach = np.stack([points - bounds[:, 0], bounds[:, 1] - points])  # below and above
    factor = _band_factor(drawn, reach, confidence)
    if not np.isfinite([*points, *reach.ravel(), factor]).all():
        return []
    logs = np.log(np.asarray(sizes, np.float64))
    low, high = points - factor * reach[0], points + factor * reach[1]
    cuts = np.unique([*logs, *_zeros(logs, low), *_zeros(logs, high)])
    found: list[Zone] = []
    for start, end in pairwise(cuts):
        middle = (start + end) / 2
        above, below = np.interp(middle, logs, low) > 0, np.interp(middle, logs, high) < 0
        zone = TUNED_BETTER if above else FROZEN_BETTER if below else UNDECIDED
        if found and found[-1].zone == zone:
            found[-1] = found[-1]._replace(high=float(np.exp(end)))
        else:
            found.append(Zone(zone, float(np.exp(start)), float(np.exp(end))))
    return found


def zones_text(found: Sequence[Zone]) -> str:
    """`frozen better up to 150 images, undecided 150–900, fine-tuned better from 900`; empty without any."""
    if len(found) < 2:
        return "".join(f"{zone} at all sizes, {low:,.0f}–{high:,.0f} images" for zone, low, high in found)
    first, *between, last = found
    return ", ".join(
        [
            f"{first.zone} up to {first.high:,.0f} images",
            *(f"{zone} {low:,.0f}–{high:,.0f}" for zone, low, high in between),
            f"{last.zone} from {last.low:,.0f}",
        ]
    )


def is_determined(row: Mapping[str, Any]) -> bool:
    """Whether a crossover is known and its interval leaves out a part of the measured sizes.

    `row` holds the keys of `crossover`, and `smallest` and `largest`, the ends of the measured sizes. An
    estimate whose interval spans all of them is shown as NOT_DETERMINED.
    """
    statuses = row["low_status"], row["high_status"]
    if UNDEFINED in (row["status"], *statuses):
        return False
    if statuses in ((ALWAYS, ALWAYS), (BEYOND, BEYOND)):
        return True
    low = row["low"] if row["low_status"] == CROSSED else row["smallest"]
    high = row["high"] if row["high_status"] == CROSSED else row["largest"]
    return not (low <= row["smallest"] and high >= row["largest"])


def _check(sizes: Sequence[int], differences: Values, drawn: Values) -> None:
    if len(sizes) == 0 or sizes[0] <= 0 or (np.diff(sizes) <= 0).any():
        raise ValueError(f"training sizes must be positive and ascending, not {list(sizes)}")
    if differences.shape != (len(sizes),) or drawn.ndim != 2 or len(drawn) != len(sizes):
        raise ValueError(f"{len(sizes)} sizes, but differences {differences.shape} and draws {drawn.shape}")
    if drawn.shape[1] == 0:
        raise ValueError("an interval needs at least one resampling")


def _band_factor(drawn: Values, reach: Values, confidence: float) -> float:
    """How many times wider the band is than the single intervals; NaN with too many undefined draws."""
    known = drawn[:, np.isfinite(drawn).all(axis=0)]
    if known.shape[1] <= MAX_UNDEFINED * drawn.shape[1]:
        return float("nan")
    apart = known - np.median(known, axis=1, keepdims=True)
    own = np.where(apart > 0, *reach[..., None])  # an estimate that is too high needs its reach below
    with np.errstate(divide="ignore", invalid="ignore"):
        largest = np.where(apart == 0, 0.0, np.abs(apart) / own).max(axis=0)
    return max(1.0, float(np.quantile(largest, confidence)))


def _zeros(logs: Values, bound: Values) -> Values:
    """log(size) where a bound of the band passes zero between two sizes."""
    before = np.flatnonzero(np.sign(bound[:-1]) * np.sign(bound[1:]) < 0)
    left, right = bound[before], bound[before + 1]
    return np.asarray(logs[before] + (logs[before + 1] - logs[before]) * -left / (right - left), np.float64)


def _crossings(logs: Values, differences: Values) -> Values:
    """log(size) of each column's crossover, (B,): -inf always ahead, inf not ahead at the end, or NaN."""
    behind = ~(differences > 0)
    crossings = np.where(behind[-1], np.inf, -np.inf)
    crossings[np.isnan(differences).any(axis=0)] = np.nan
    columns = np.flatnonzero((crossings == -np.inf) & behind.any(axis=0))
    before = len(logs) - 1 - np.argmax(behind[::-1, columns], axis=0)
    left, right = differences[before, columns], differences[before + 1, columns]
    step = logs[before + 1] - logs[before]
    crossings[columns] = logs[before] + step * -left / (right - left)
    return crossings


def _interval(crossings: Values, confidence: float) -> tuple[float, float]:
    """The order statistics just outside the two quantiles; NaN where too many draws are undefined."""
    known = np.sort(crossings[~np.isnan(crossings)])
    if len(known) <= MAX_UNDEFINED * len(crossings):
        return float("nan"), float("nan")
    tail = int((len(known) - 1) * (1 - confidence) / 2 + 1e-9)
    return float(known[tail]), float(known[-1 - tail])


def _status(crossing: float) -> str:
    if np.isnan(crossing):
        return UNDEFINED
    if np.isinf(crossing):
        return BEYOND if crossing > 0 else ALWAYS
    return CROSSED


def _images(crossing: float) -> float | None:
    return float(np.exp(crossing)) if np.isfinite(crossing) else None

"""Forecast a difference at more labelled images from the learning curves of both sides."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit

from results.metric import Values

LEAST_SIZES = 2  # a straight line has two parameters
_INSIDE = 1e-6  # a value on a limit has no log-odds: it counts as this share of the range away from it


def forecast(
    sizes: Sequence[int], first: Values, second: Values, at: Sequence[int], limits: tuple[float, float] | None
) -> Values:
    """The difference second minus first at the sizes `at`, (len(at), B), for each column of both curves.

    `first` and `second` (n_sizes, B) are a metric at the measured sizes (labelled images). Each side is a
    straight line over log(size), by least squares: of the log-odds between the metric's `limits`, so that no
    forecast leaves them, or of the metric itself where they are None. With two sizes the line runs through
    both and nothing checks it. Raises ValueError for fewer than LEAST_SIZES sizes, sizes that are not
    different and positive, and other shapes.
    """
    if len(sizes) < LEAST_SIZES or len(set(sizes)) < len(sizes) or min([*sizes, *at]) < 1:
        raise ValueError(f"a forecast needs at least {LEAST_SIZES} different sizes, not {list(sizes)}")
    if first.shape != second.shape or len(first) != len(sizes):
        raise ValueError(f"{len(sizes)} sizes, but curves of shapes {first.shape} and {second.shape}")
    one, other = (_extended(sizes, side, at, limits) for side in (first, second))
    return other - one


def _extended(
    sizes: Sequence[int], curves: Values, at: Sequence[int], limits: tuple[float, float] | None
) -> Values:
    logs = np.log(np.asarray(sizes, np.float64))
    design = np.stack([np.ones_like(logs), logs - logs.mean()], axis=1)
    wanted = np.stack([np.ones(len(at)), np.log(np.asarray(at, np.float64)) - logs.mean()], axis=1)
    least, width = (limits[0], limits[1] - limits[0]) if limits else (0.0, 1.0)
    shares = (curves - least) / width
    scale = logit(shares.clip(_INSIDE, 1 - _INSIDE)) if limits else shares
    lines = wanted @ np.linalg.pinv(design) @ scale
    extended: Values = least + width * (expit(lines) if limits else lines)
    return extended

"""How sure a number is: patients are resampled, and one resampling serves all cells of a test set."""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
MAX_UNDEFINED = 0.5  # share of resamplings without a value beyond which there is no interval


def patient_weights(patients: NDArray[np.object_], resamples: int, seed: int = 0) -> NDArray[np.uint16]:
    """How often each row's patient was drawn, (n_rows, resamples): a bootstrap over patients.

    Each column draws as many patients as there are, with replacement (Efron 1979, by cluster). The
    draws depend on the set of patients and the seed alone, not on the rows' order, so that values of
    different cells on one test set are paired.
    """
    names, rows = np.unique(patients.astype(str), return_inverse=True)
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return _draws(len(names), resamples, seed, digest)[rows]


@lru_cache(maxsize=8)
def _draws(patients: int, resamples: int, seed: int, names: bytes) -> NDArray[np.uint16]:
    random = np.random.default_rng([seed, int.from_bytes(names[:8], "big")])
    counts = random.multinomial(patients, np.full(patients, 1 / patients), size=resamples)
    return np.ascontiguousarray(counts.T.astype(np.uint16))


def percentile_interval(resampled: Values, confidence: float) -> tuple[float, float]:
    """The central interval of the resampled values; NaN where too many of them are undefined."""
    known = resampled[np.isfinite(resampled)]
    if len(known) <= MAX_UNDEFINED * len(resampled):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)

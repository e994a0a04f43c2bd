"""Classical significance tests of paired predictions: McNemar's and DeLong's test."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats import contingency_tables

from results.metrics import Labels, Values
from results.uncertainty import NO_SPREAD

Calls = NDArray[np.bool_] | Labels  # the predicted class of each row: normal (0) or abnormal (1)
EXACT_BELOW = 25  # discordant rows; from here on the chi-squared approximation is customary


def mcnemar(labels: Labels, calls_a: Calls, calls_b: Calls) -> dict[str, Any]:
    """McNemar's test (1947, by statsmodels) that two methods classify equally many rows correctly.

    All (n,): the labels, and the class that each method predicts for each row (an image or a study).
    `only_a_right` and `only_b_right` count the discordant rows; `p` is the binomial one (`exact`) below
    EXACT_BELOW of them, else chi-squared with the continuity correction. The rows are treated
    as independent: images of one study and studies of one patient are not, so p tends to be too small when
    patients have several. Then rely on the resampled patients, and use studies rather than images here.
    """
    right_a, right_b = calls_a == labels, calls_b == labels
    only_a, only_b = np.count_nonzero(right_a & ~right_b), np.count_nonzero(right_b & ~right_a)
    exact = only_a + only_b < EXACT_BELOW
    found = contingency_tables.mcnemar([[0, only_a], [only_b, 0]], exact=exact, correction=True)
    return {"only_a_right": only_a, "only_b_right": only_b, "p": float(found.pvalue), "exact": exact}


def delong(
    labels: Labels, probabilities_a: Values, probabilities_b: Values, confidence: float = 0.95
) -> dict[str, float | None]:
    """DeLong's test (DeLong et al. 1988) of two AUROCs on the same rows, by midranks (Sun & Xu 2014).

    All (n,). Holds `auroc_a`, `auroc_b`, `difference` (b minus a), `standard_error`, `p` (two-sided,
    normal), `low` and `high`. None where undefined: without both classes everything; with one row of a
    class, or where no row differs from another (two perfect methods, say), what needs a standard error.
    The rows are treated as independent, as in `mcnemar`: p is too small and the interval too narrow when
    patients have several.
    """
    positive = labels == 1
    result: dict[str, float | None] = dict.fromkeys(
        ("auroc_a", "auroc_b", "difference", "standard_error", "p", "low", "high")
    )
    least = min(np.count_nonzero(positive), np.count_nonzero(~positive))
    if least == 0:
        return result
    a, b = (_placements(positive, probabilities) for probabilities in (probabilities_a, probabilities_b))
    difference = float(np.mean(b[0] - a[0]))
    result |= {"auroc_a": float(a[0].mean()), "auroc_b": float(b[0].mean()), "difference": difference}
    if least == 1:
        return result
    error = math.sqrt(sum(np.var(of_b - of_a, ddof=1) / len(of_a) for of_a, of_b in zip(a, b, strict=True)))
    if error < NO_SPREAD:
        return result
    reach = float(stats.norm.isf((1 - confidence) / 2)) * error
    p = 2 * float(stats.norm.sf(abs(difference) / error))
    return result | {"standard_error": error, "p": p, "low": difference - reach, "high": difference + reach}


def _placements(positive: NDArray[np.bool_], probabilities: Values) -> tuple[Values, Values]:
    """Each positive's share of negatives below it, each negative's of positives above it; ties half."""
    ranks = stats.rankdata(probabilities)
    negatives_below = ranks[positive] - stats.rankdata(probabilities[positive])
    positives_below = ranks[~positive] - stats.rankdata(probabilities[~positive])
    return negatives_below / np.sum(~positive), 1 - positives_below / np.sum(positive)

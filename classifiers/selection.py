"""Choose hyperparameters on the training rows, by AUROC in stratified folds grouped by patient."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from classifiers.names import FOLDS

Rows = NDArray[np.intp]  # row numbers
Floats = NDArray[np.float64]  # one number per row: scores, log odds or probabilities
Folds = list[tuple[Rows, Rows]]
# After this many clearly worse strengths in a row, weaker regularisation is not tried, since it takes most of
# the time. One alone may be noise. Chosen by hand.
PATIENCE = 2
CLEARLY = 0.002  # difference in AUROC that counts as clearly worse; chosen by hand
_WAY_OUT = (
    "use a larger train_size or, where it is 'full', more patients of the rarer class, or leave the part out"
)
_ATTEMPTS = 20  # shuffles to try, since grouped folds of few patients may lack a class; chosen by hand


@dataclass(frozen=True)
class Candidate:
    """Hyperparameters, the out-of-fold scores (n,) of the training rows, and their mean AUROC over folds."""

    parameters: dict[str, float]
    held_out: NDArray[np.float64]
    auroc: float


def make_folds(labels: NDArray[np.int64], groups: NDArray[Any], seed: int, n_splits: int = FOLDS) -> Folds:
    """(training rows, validation rows) pairs: no group on both sides, both classes on each side.

    There are fewer folds when the rarer class has fewer than `n_splits` groups. Raises ValueError when it has
    fewer than two, and when no shuffle puts both classes on each side.
    """
    per_class = [len(set(groups[labels == label])) for label in (0, 1)]
    if min(per_class) < 2:
        raise ValueError(
            f"model selection needs two patients of each class; the {len(labels)} training images have "
            f"{per_class[0]} normal and {per_class[1]} abnormal: {_WAY_OUT}"
        )
    n_splits = min(n_splits, *per_class)
    single = len(set(groups)) == len(groups)  # then plain stratified folds do, which are much faster
    for attempt in range(_ATTEMPTS):
        splitter = (StratifiedKFold if single else StratifiedGroupKFold)(
            n_splits, shuffle=True, random_state=(seed + attempt) % 2**32
        )
        folds = list(splitter.split(labels, labels, None if single else groups))
        if all(len(set(labels[rows])) == 2 for fold in folds for rows in fold):
            return folds
    raise ValueError(f"no {n_splits} folds by patient hold both classes each: {_WAY_OUT}")


def make_class_folds(
    strata: NDArray[np.int64], groups: NDArray[Any], seed: int, n_splits: int = FOLDS
) -> Folds:
    """(training rows, validation rows) pairs: no group on both sides, stratified by several classes.

    Classes with fewer groups than folds are put together, and with the largest class where they are still too
    few. Raises ValueError for fewer than two groups.
    """
    number = len(set(groups))
    if number < 2:
        raise ValueError(f"model selection needs two patients; there are {number}: {_WAY_OUT}")
    n_splits = min(n_splits, number)
    owners = {label: len(set(groups[strata == label])) for label in np.unique(strata)}
    common = [label for label, patients in owners.items() if patients >= n_splits]
    kept = np.where(np.isin(strata, common), strata, -1)
    if (kept < 0).any() and common and len(set(groups[kept < 0])) < n_splits:
        kept = np.where(kept < 0, max(common, key=lambda label: owners[label]), kept)
    if not common:
        kept = np.zeros_like(strata)
    single = number == len(groups)
    splitter = (StratifiedKFold if single else StratifiedGroupKFold)(
        n_splits, shuffle=True, random_state=seed % 2**32
    )
    return list(splitter.split(kept, kept, None if single else groups))


def fold_auroc(labels: NDArray[np.int64], held_out: NDArray[np.float64], folds: Folds) -> float:
    """The mean over folds of the AUROC of their validation rows."""
    return float(np.mean([auroc(labels[rows], held_out[rows]) for _, rows in folds]))


def auroc(labels: NDArray[np.int64], scores: Floats) -> float:
    """The share of pairs of both classes (0 and 1) in the right order, where equal scores count half.

    As sklearn.metrics.roc_auc_score, which takes a millisecond for a hundred rows.
    """
    negative, positive = np.sort(scores[labels == 0]), scores[labels == 1]
    below = np.searchsorted(negative, positive, "left").sum()
    not_above = np.searchsorted(negative, positive, "right").sum()
    return float(below + not_above) / (2 * len(negative) * len(positive))


def best_of(candidates: Iterable[Candidate]) -> Candidate:
    """The first candidate with the highest AUROC; candidates come from simple to complex."""
    return max(candidates, key=lambda candidate: candidate.auroc)


def until_worse(path: Iterable[Candidate]) -> Iterator[Candidate]:
    """Follow candidates from strong to weak regularisation; stop after PATIENCE clearly worse ones."""
    best, since = -np.inf, 0
    for candidate in path:
        yield candidate
        best = max(best, candidate.auroc)
        since = since + 1 if candidate.auroc < best - CLEARLY else 0
        if since == PATIENCE:
            return

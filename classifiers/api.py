"""`classifiers.fit`: fit one classifier on one embedding, without a grid."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from classifiers.calibration import Units
from classifiers.catalogue import find_classifier
from classifiers.fitting import Fit
from classifiers.train_and_test import TrainTest


def fit(
    name: str,
    x: ArrayLike,
    y: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    units: ArrayLike | None = None,
    seed: int = 0,
    threads: int = 1,
) -> Fit:
    """Choose hyperparameters by cross-validation, fit on all rows, calibrate, and choose a threshold.

    `name` is that of a registered classifier (`classifiers.catalogue.CLASSIFIERS`), `x` an embedding (n, d)
    of finite numbers, used as float32, `y` (n,) holds 0 and 1 (or booleans), and `groups` (n,) names the
    patient of each row: rows of one patient are never on both sides of a fold. None: one patient per row.
    `units` (n,) names what is judged as one by the mean of its rows' probabilities, such as a study of
    several views: calibration and threshold are then of these means. None: each row by itself. The same seed
    gives the same folds. `threads` limits BLAS and XGBoost.

    The result's `predict_proba(x_new)` gives probabilities (m,) of label 1 as float64; `threshold` separates
    the classes, `parameters` are those chosen, and `selection_auroc` is their mean AUROC over the folds,
    slightly optimistic since they were chosen by it. Its `probabilities` are empty: there are no test rows.

        model = classifiers.fit("rbf_svm", x, y, patients)
        abnormal = model.predict_proba(x_new) >= model.threshold

    Above 12,000 rows, `rbf_svm` chooses its hyperparameters on the first 5,000: shuffle sorted rows first.
    Raises ValueError for an unknown name, other shapes, values that are not finite, labels
    other than 0 and 1, a unit with both, and fewer than two groups of a class.
    """
    classifier = find_classifier(name)
    features, labels = _matrix(x), _labels(y)
    owners = np.arange(len(labels)) if groups is None else np.asarray(groups)
    judged = None if units is None else np.asarray(units)
    rows = {"y": labels, "groups": owners} | ({} if judged is None else {"units": judged})
    for what, given in rows.items():
        if given.shape != (len(features),):
            raise ValueError(
                f"{what} must have shape ({len(features)},), one per row of x, not {given.shape}"
            )
    mean = Units.of(judged, len(labels))
    if (mean.means(labels.astype(np.float64)) != mean.labels(labels)).any():
        raise ValueError("units: one of them has rows of both labels")
    none = np.empty((0, features.shape[1]), np.float32)
    data = TrainTest(features, labels, owners, none, seed, threads, judged)
    with threadpool_limits(threads):
        return classifier.fit(data)


def _matrix(x: ArrayLike) -> NDArray[np.float32]:
    matrix = np.asarray(x, dtype=np.float32)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ValueError(f"x must have shape (rows, features), not {matrix.shape}")
    if broken := int((~np.isfinite(matrix)).sum()):
        raise ValueError(f"x holds {broken} values that are not finite numbers")
    return matrix


def _labels(y: ArrayLike) -> NDArray[Any]:
    labels = np.asarray(y)
    found = set(np.unique(labels).tolist())
    if found != {0, 1}:
        shown = ", ".join(repr(value) for value in sorted(found, key=repr)[:5])
        raise ValueError(f"y must hold 0 and 1, both of them; it holds {shown or 'nothing'}")
    return labels.astype(np.int64)

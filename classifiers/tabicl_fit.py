"""TabICL (Qu et al. 2025): a transformer that reads the training rows together with those to be judged.

Nothing is fitted but principal components, where there are more features than it was made for.
"""

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from classifiers.fitting import Fit, conclude
from classifiers.selection import Candidate, fold_auroc
from classifiers.tabicl_checkpoint import checkpoint
from classifiers.tabicl_function import InContext
from classifiers.train_and_test import Matrix, TrainTest
from extractors.digests import file_digest

ROWS = 10_000  # each prediction reads all of them; TabICL was made for 48,000, which take a GPU
COLUMNS = 100  # as many as it was pretrained on; its authors say that it degrades much beyond


def tabicl(data: TrainTest) -> Fit:
    """TabICL with the weights that BENCHMARK_TABICL names, on the first ROWS training rows.

    Above COLUMNS features it sees their first principal components over the training rows, without labels.
    The rows of a fold are judged by those of the others, for the calibration. Raises ValueError without
    weights.
    """
    file = checkpoint()
    used = data if len(data.labels) <= ROWS else data.first(ROWS)
    shared, began = used.seconds_shared, perf_counter()
    components = _components(used.x)
    rows = used.x if components is None else np.ascontiguousarray(used.x @ components.T)
    labels, digest = used.labels.astype(np.uint8), file_digest(file)

    def judge(train: NDArray[np.intp]) -> InContext:
        return InContext(rows[train], labels[train], None, digest, used.seed, used.threads)

    held_out = np.empty(len(labels))
    for train, tested in used.folds:
        held_out[tested] = judge(train)(rows[tested])
    best = Candidate({}, held_out, fold_auroc(used.labels, held_out, used.folds))
    whole = InContext(rows, labels, components, digest, used.seed, used.threads)
    seconds = {"select": shared + perf_counter() - began, "fit": 0.0}
    return conclude(best, used, whole, seconds, whole.nbytes + file.stat().st_size + used.bytes_of_rows(0))


def _components(x: Matrix) -> Matrix | None:
    """The first COLUMNS principal components (c, d) of standardised rows; None where that is all features."""
    if x.shape[1] <= COLUMNS:
        return None
    found = PCA(min(COLUMNS, len(x)), svd_solver="full" if len(x) < x.shape[1] else "covariance_eigh").fit(x)
    return np.ascontiguousarray(found.components_, dtype=np.float32)

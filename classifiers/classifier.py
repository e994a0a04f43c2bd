"""The registry entry of a classifier."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # they import scikit-learn, which would make the registry slow to import
    from classifiers.fitting import Fit
    from classifiers.train_and_test import TrainTest

# An unfitted scikit-learn estimator, and its hyperparameter grid.
ReferenceEstimator = tuple[Any, dict[str, list[Any]]]


@dataclass(frozen=True)
class Classifier:
    """A classifier of embeddings.

    `name` is its key in grids and records, `label` its name in prose and tables. `fit` searches
    hyperparameters within the training rows and predicts the test rows. `first_guess` estimates the time
    until the workspace has measured times: seconds of one core to select and fit on 1,000 images, and the
    power of the number of images with which they grow. `method` is one sentence for the methods text: the
    model and its search; `citations` are keys of results/methods_text/references.bib.

    `reference(features, seed, threads)` gives the plain scikit-learn estimator for standardised features
    and its grid from simple to complex; tests compare `fit` with them. None when there is no such estimator.
    `learns` is False for a baseline that ignores the image. `why_absent()` says in words why its cells cannot
    be computed here, empty when they can. `identity()` are digests of the files that it needs: with other
    files, stored results are stale.
    """

    name: str
    label: str
    fit: "Callable[[TrainTest], Fit]"
    first_guess: tuple[float, float]
    method: str
    citations: tuple[str, ...] = ()
    reference: Callable[[int, int, int], ReferenceEstimator] | None = None
    learns: bool = True
    why_absent: Callable[[], str] = lambda: ""
    identity: Callable[[], dict[str, str]] = dict

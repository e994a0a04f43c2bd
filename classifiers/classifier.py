"""The entry of a classifier in the registry: all that is asked of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # they import scikit-learn, and the registry must be quick to read
    from classifiers.fitting import Fit
    from classifiers.train_and_test import TrainTest

Reference = tuple[Any, dict[str, list[Any]]]  # an unfitted scikit-learn estimator, its hyperparameter grid


@dataclass(frozen=True)
class Classifier:
    """A classifier of embeddings.

    `name` is its key in grids and records, `label` its name in prose and tables. `fit` searches
    hyperparameters within the training rows and predicts the test rows. `first_guess` is where `plan`
    begins before the workspace holds measured times: seconds of one core to select and fit on 1,000
    images, and the power of the number of images that they grow with. `method` is one sentence for the
    methods text: what it is and what is searched; `citations` are keys of
    results/methods_text/references.bib.

    `reference(features, seed, threads)` gives the plain scikit-learn estimator for standardised features
    and its grid from simple to complex, which define the answer that tests compare `fit` with; None where
    `fit` is the definition. `learns` is False for a baseline that looks at no image.
    """

    name: str
    label: str
    fit: "Callable[[TrainTest], Fit]"
    first_guess: tuple[float, float]
    method: str
    citations: tuple[str, ...] = ()
    reference: Callable[[int, int, int], Reference] | None = None
    learns: bool = True

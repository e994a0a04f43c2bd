"""Whether the interval of AUROC holds 0.5 where predictions cannot know the label."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from benchmark.datasets.shuffling import shuffle_labels
from results.metric_lookup import limits
from results.uncertainty import Resampled, fewest_patients
from tests.validity.intervals import TESTED, Quantity
from tests.validity.resampling import metrics_of, names_of, values_of, weights_of
from tests.validity.simulation import Rows, Sample, Values, draw, generator
from tests.validity.strategies import STRATEGIES, Strategy, Task
from tests.validity.worlds import WORLDS

STUDIES = 200
_METRIC = ("auroc",)
BLIND = "simulated predictions"
ALL, TRAINING, NONE = "all labels, before training", "training labels only", "none (for comparison)"
_EVERY_WAY = "logistic regression on embeddings"  # the strategy whose training labels are shuffled alone, too
_FEW = 0.05  # share of the runs with labels as they are, which only show that there is something to learn

Predicted = tuple[Sample, Rows, Values]  # the test set, its labels, and the probabilities of one classifier
Run = Callable[[np.random.Generator], Predicted]


def shuffled(datasets: int) -> pd.DataFrame:
    """One row per kind of run, with how often it was run."""
    rows = []
    for (predictions, labels), (run, share) in _kinds().items():
        runs = max(1, round(share * datasets))
        outcomes = [_outcome(*run(generator(predictions, labels, i)), seed=i) for i in range(runs)]
        means: dict[str, Any] = pd.DataFrame(outcomes).mean().to_dict()
        rows.append({"predictions": predictions, "shuffled": labels, **means, "datasets": runs})
    return pd.DataFrame(rows)


def _kinds() -> dict[tuple[str, str], tuple[Run, float]]:
    """How predictions are made and what was shuffled: the run, and its share of all runs."""
    kinds: dict[tuple[str, str], tuple[Run, float]] = {}
    for name, strategy in STRATEGIES.items():
        kinds[name, ALL] = partial(_pipeline, strategy, ALL), 1.0
        if name == _EVERY_WAY:
            kinds[name, TRAINING] = partial(_pipeline, strategy, TRAINING), 1.0
        kinds[name, NONE] = partial(_pipeline, strategy, NONE), _FEW
    kinds[BLIND, "all labels"] = _shuffled_predictions, 1.0
    kinds[BLIND, "none, but blind to the label"] = _blind_predictions, 1.0
    return kinds


def _outcome(sample: Sample, labels: Rows, probabilities: Values, seed: int) -> dict[str, float]:
    value = float(values_of(_METRIC, labels, probabilities[None])[0, 0])
    drawn = metrics_of(_METRIC, labels, probabilities[None], weights_of(sample, seed))[0, 0]
    fewest = fewest_patients(names_of(sample), labels)
    asked = Quantity((Resampled(value, drawn, fewest),), limits("auroc"))
    held = {}
    for kind, interval in TESTED.items():
        low, high = interval(asked)
        held[kind] = low <= 0.5 <= high
    return {"value": value, "spread": abs(value - 0.5), **held}


def _pipeline(strategy: Strategy, kind: str, random: np.random.Generator) -> Predicted:
    """A strategy of the project trained on some patients, predicting others; labels as the control gives them."""
    world = WORLDS["as MURA"]
    patients = world.patients(STUDIES)
    sample = draw(world, 2 * patients, random)
    tested = sample.patient >= patients
    labels, seed = sample.label.copy(), int(random.integers(2**31))
    if kind == ALL:
        labels = _shuffle(labels, seed)
    elif kind == TRAINING:
        labels[~tested] = _shuffle(labels[~tested], seed)
    probabilities = strategy(Task(sample, labels, tested, random))
    return replace(sample, patient=sample.patient[tested]), labels[tested], probabilities


def _shuffle(labels: Rows, seed: int) -> Rows:
    """The labels of as many studies, shuffled as the control `shuffled_labels` does."""
    studies = [f"study{number}" for number in range(len(labels))]
    images = pd.DataFrame({"study": studies, "label": labels})
    return shuffle_labels(images, seed)["label"].to_numpy(np.int64)


def _shuffled_predictions(random: np.random.Generator) -> Predicted:
    sample = draw(WORLDS["as MURA"], WORLDS["as MURA"].patients(STUDIES), random)
    return sample, random.permutation(sample.label), sample.probabilities()[0]


def _blind_predictions(random: np.random.Generator) -> Predicted:
    world = replace(WORLDS["as MURA"], separations=np.zeros(3))
    sample = draw(world, world.patients(STUDIES), random)
    return sample, sample.label, sample.probabilities()[0]

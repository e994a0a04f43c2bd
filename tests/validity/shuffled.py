"""Whether the interval of AUROC holds 0.5 where predictions cannot know the label."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from classifiers.catalogue import CLASSIFIERS
from classifiers.subset import Subset
from results.metrics import limits
from tests.validity.intervals import TESTED
from tests.validity.resampling import metrics_of, values_of, weights_of
from tests.validity.simulation import Rows, Sample, Values, draw, generator
from tests.validity.worlds import WORLDS

STUDIES, FEATURES, SIGNAL = 200, 64, 3.0
_METRIC = ("auroc",)
PIPELINE = "logistic regression on embeddings"
BLIND = "simulated predictions"

Predicted = tuple[Sample, Rows, Values]  # the test set, its labels, and the probabilities of one classifier


def shuffled(datasets: int) -> pd.DataFrame:
    """One row per kind of run."""
    kinds = {
        (PIPELINE, "all labels, before training"): lambda random: _pipeline(random, train=True, test=True),
        (PIPELINE, "training labels only"): lambda random: _pipeline(random, train=True, test=False),
        (PIPELINE, "none (for comparison)"): lambda random: _pipeline(random, train=False, test=False),
        (BLIND, "all labels"): _shuffled_predictions,
        (BLIND, "none, but blind to the label"): _blind_predictions,
    }
    rows = []
    for (predictions, labels), run in kinds.items():
        outcomes = [_outcome(*run(generator(predictions, labels, i)), seed=i) for i in range(datasets)]
        means: dict[str, Any] = pd.DataFrame(outcomes).mean().to_dict()
        rows.append({"predictions": predictions, "shuffled": labels, **means, "datasets": datasets})
    return pd.DataFrame(rows)


def _outcome(sample: Sample, labels: Rows, probabilities: Values, seed: int) -> dict[str, float]:
    value = float(values_of(_METRIC, labels, probabilities[None])[0, 0])
    drawn = metrics_of(_METRIC, labels, probabilities[None], weights_of(sample, seed))[0, 0]
    held = {}
    for kind, interval in TESTED.items():
        low, high = interval(value, drawn, np.unique(sample.patient), limits("auroc"))
        held[kind] = low <= 0.5 <= high
    return {"value": value, "spread": abs(value - 0.5), **held}


def _pipeline(random: np.random.Generator, *, train: bool, test: bool) -> Predicted:
    """A classifier of the project fitted to embeddings of some patients, predicting those of others."""
    world = WORLDS["as MURA"]
    patients = world.patients(STUDIES)
    sample = draw(world, 2 * patients, random)
    embedding = embeddings(sample, random)
    tested = sample.patient >= patients
    labels = sample.label.copy()
    if test:
        labels = random.permutation(labels)
    elif train:
        labels[~tested] = random.permutation(labels[~tested])
    groups = sample.patient.astype(str)[~tested]
    subset = Subset(embedding[~tested], labels[~tested], groups, embedding[tested], seed=0)
    probabilities = CLASSIFIERS["logistic_regression"](subset).probabilities
    return replace(sample, patient=sample.patient[tested]), labels[tested], probabilities


def embeddings(sample: Sample, random: np.random.Generator) -> NDArray[np.float32]:
    """Features of each study with the label, the patient and a spectrum that falls as that of networks does."""
    scale = np.arange(1, FEATURES + 1) ** -0.5
    effects = random.standard_normal((sample.patient.max() + 1, FEATURES))[sample.patient]
    effects += random.standard_normal((len(sample.patient), FEATURES))
    effects[:, 2] += SIGNAL * sample.label
    rotation = np.linalg.qr(random.standard_normal((FEATURES, FEATURES)))[0]
    return ((effects * scale) @ rotation).astype(np.float32)


def _shuffled_predictions(random: np.random.Generator) -> Predicted:
    sample = draw(WORLDS["as MURA"], WORLDS["as MURA"].patients(STUDIES), random)
    return sample, random.permutation(sample.label), sample.probabilities()[0]


def _blind_predictions(random: np.random.Generator) -> Predicted:
    world = replace(WORLDS["as MURA"], separations=np.zeros(3))
    sample = draw(world, world.patients(STUDIES), random)
    return sample, sample.label, sample.probabilities()[0]

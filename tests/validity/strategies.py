"""The project's three strategies on simulated studies: embeddings, descriptors of drawn images, fine-tuning."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.data import TrainingImages
from classifiers.fine_tuning.fine_tune import fine_tune
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.tuning_task import TuningTask
from classifiers.train_and_test import TrainTest
from extractors.handcrafted import describe
from extractors.specs import BackboneSpec
from tests.validity.simulation import Rows, Sample, Values

FEATURES, SIGNAL = 64, 3.0
SIDE, CONTRAST = 32, 30.0  # pixels; grey levels that an abnormal study's patch is brighter
_NETWORK = BackboneSpec("test_efficientnet", weights="random")
_RECIPE = Recipe(epochs=3, learning_rate=[0.01], batch_size=32, folds_below=0)


@dataclass(frozen=True, eq=False)
class Task:
    """Simulated studies of one image each, the labels that are learnt (shuffled, maybe), and who is tested."""

    sample: Sample
    labels: Rows
    tested: NDArray[np.bool_]
    random: np.random.Generator

    @property
    def groups(self) -> NDArray[np.str_]:
        """The training studies' patients."""
        return self.sample.patient.astype(str)[~self.tested]


def _classified(name: str, features: NDArray[np.float32], task: Task) -> Values:
    train, test = features[~task.tested], features[task.tested]
    subset = TrainTest(train, task.labels[~task.tested], task.groups, test, seed=0)
    return CLASSIFIERS[name].fit(subset).probabilities


def _frozen(name: str, task: Task) -> Values:
    return _classified(name, embeddings(task.sample, task.random), task)


def _hand_crafted(task: Task) -> Values:
    found = describe(pictures(task.sample, task.random), ["lbp"])["lbp"]
    return _classified("logistic_regression", found.astype(np.float32), task)


def _fine_tuned(task: Task) -> Values:
    rows = np.flatnonzero(~task.tested)
    names = np.arange(len(task.labels)).astype(str).astype(object)
    images = TrainingImages(
        pixels=pictures(task.sample, task.random),
        rows=rows,
        labels=task.labels[rows],
        groups=task.groups,
        studies=names[rows],
        body_parts=np.full(len(rows), "wrist", dtype=object),
        test_rows=np.flatnonzero(task.tested),
    )
    with tempfile.TemporaryDirectory() as folder:
        tuning = TuningTask(_NETWORK, _RECIPE, images, 0, torch.device("cpu"), Path(folder) / "tuned")
        return fine_tune(tuning).fit.probabilities


Strategy = Callable[[Task], Values]
STRATEGIES: dict[str, Strategy] = {
    **{
        f"{name.replace('_', ' ')} on embeddings": partial(_frozen, name)
        for name, classifier in CLASSIFIERS.items()
        if classifier.learns and not classifier.why_absent()
    },
    "logistic regression on hand-crafted LBP": _hand_crafted,
    "a fine-tuned network": _fine_tuned,
}


def embeddings(sample: Sample, random: np.random.Generator) -> NDArray[np.float32]:
    """Features of each study with the label, the patient and a spectrum that falls as that of networks does."""
    scale = np.arange(1, FEATURES + 1) ** -0.5
    effects = random.standard_normal((sample.patient.max() + 1, FEATURES))[sample.patient]
    effects += random.standard_normal((len(sample.patient), FEATURES))
    effects[:, 2] += SIGNAL * sample.label
    rotation = np.linalg.qr(random.standard_normal((FEATURES, FEATURES)))[0]
    return ((effects * scale) @ rotation).astype(np.float32)


def pictures(sample: Sample, random: np.random.Generator) -> NDArray[np.uint8]:
    """An image of each study, (n, SIDE, SIDE): noise, a patient's own gradient, a patch where it is abnormal."""
    grown = np.linspace(-1, 1, SIDE)
    slopes = random.normal(0, 30, size=(sample.patient.max() + 1, 2))[sample.patient]
    images = 110 + random.normal(0, 25, size=(len(sample.patient), SIDE, SIDE))
    images += slopes[:, 0, None, None] * grown[:, None] + slopes[:, 1, None, None] * grown
    images[:, 10:18, 12:20] += CONTRAST * sample.label[:, None, None]
    return images.clip(0, 255).astype(np.uint8)

"""Patients with correlated studies and views, and classifiers that share part of their noise."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtri

Values = NDArray[np.float64]
Rows = NDArray[np.int64]

VIEWS = (0.10, 0.30, 0.40, 0.15, 0.05)  # share of studies with 1 ... 5 views
SEVERITY = (0.4, 1.6)  # how visible an abnormality is, uniform around 1: subtle ones and plain ones
_DECIMALS = 12  # as results.evaluation rounds the mean of the views


@dataclass(frozen=True, eq=False)
class World:
    """What is true of patients, studies, views and classifiers.

    `studies` is the share of patients with 1, 2, 3, 4 studies. Labels of a patient's studies correlate by
    `label_correlation` on a latent normal scale, which `more_when_ill` moves for each study above the
    mean number (so that who has more studies is more often abnormal). The log odds that classifier c gives
    a view are `intercept`, plus `separations[c]` times the severity of an abnormal study, plus effects of
    the patient, the study and the view with variances `noise`. `loadings` (classifiers, factors) mix the
    effects from independent factors; rows of length 1, whose products are the classifiers' correlations.
    """

    studies: tuple[float, ...]
    separations: Values
    loadings: Values
    intercept: float
    prevalence: float = 0.4
    label_correlation: float = 0.5
    more_when_ill: float = 0.0
    noise: tuple[float, float, float] = (0.3, 0.4, 0.6)

    @property
    def studies_per_patient(self) -> float:
        """The mean number of studies of a patient."""
        return float(np.dot(self.studies, np.arange(1, len(self.studies) + 1)))

    def patients(self, studies: int) -> int:
        """How many patients have so many studies on average."""
        return round(studies / self.studies_per_patient)


@dataclass(frozen=True, eq=False)
class Sample:
    """A simulated data set: `patient` and `label` per study; `study` and `scores` (classifiers, n) per view."""

    patient: Rows
    label: Rows
    study: Rows
    scores: Values

    def probabilities(self) -> Values:
        """The mean of each study's views, (classifiers, studies)."""
        starts = np.flatnonzero(np.diff(self.study, prepend=-1))
        views = np.diff(starts, append=len(self.study))
        means: Values = np.add.reduceat(expit(self.scores), starts, axis=1) / views
        return means.round(_DECIMALS)

    def frame(self, classifier: int) -> pd.DataFrame:
        """One row per view, as results.evaluation takes predictions."""
        return pd.DataFrame(
            {
                "image": [f"i{row:07d}" for row in range(len(self.study))],
                "study": [f"s{study:07d}" for study in self.study],
                "patient": self.patient[self.study].astype(str),
                "body_part": "wrist",
                "label": self.label[self.study],
                "probability": expit(self.scores[classifier]),
            }
        )


def generator(*names: object) -> np.random.Generator:
    """Random numbers that depend on these names alone, so that settings can run in any order."""
    digest = hashlib.sha256("\x1f".join(map(str, names)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def draw(world: World, patients: int, random: np.random.Generator) -> Sample:
    """So many patients at random, with their studies and views, and every classifier's log odds."""
    studies = random.choice(np.arange(1, len(world.studies) + 1), patients, p=world.studies)
    patient = np.repeat(np.arange(patients), studies)
    label = _labels(world, studies, patient, random)
    visible = label * random.uniform(*SEVERITY, len(label))
    views = random.choice(np.arange(1, len(VIEWS) + 1), len(patient), p=VIEWS)
    study = np.repeat(np.arange(len(patient)), views)
    of_patient, of_study, of_view = (
        np.sqrt(variance) * world.loadings @ random.standard_normal((world.loadings.shape[1], size))
        for variance, size in zip(world.noise, (patients, len(patient), len(study)), strict=True)
    )
    per_study = world.intercept + np.outer(world.separations, visible) + of_patient[:, patient] + of_study
    return Sample(patient, label, study, per_study[:, study] + of_view)


def _labels(world: World, studies: Rows, patient: Rows, random: np.random.Generator) -> Rows:
    """1 where a latent normal, correlated within patients, is beyond the prevalence's quantile."""
    within = world.label_correlation
    latent = np.sqrt(within) * random.standard_normal(len(studies))[patient]
    latent += np.sqrt(1 - within) * random.standard_normal(len(patient))
    latent += world.more_when_ill * (studies - world.studies_per_patient)[patient]
    return (latent > ndtri(1 - world.prevalence)).astype(np.int64)


def shared_noise(classifiers: int, shared: float) -> Values:
    """Loadings of classifiers that correlate by `shared`, each with each."""
    return np.hstack([np.full((classifiers, 1), np.sqrt(shared)), np.sqrt(1 - shared) * np.eye(classifiers)])


def grouped_noise(groups: Rows, shared: float, in_group: float) -> Values:
    """Loadings of classifiers that correlate by `shared`, and by `in_group` more within a group."""
    common = np.full((len(groups), 1), np.sqrt(shared))
    member = np.sqrt(in_group) * (groups[:, None] == np.unique(groups))
    return np.hstack([common, member, np.sqrt(1 - shared - in_group) * np.eye(len(groups))])

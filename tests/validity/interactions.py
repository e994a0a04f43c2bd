"""Groups of the test set: how often an interaction is found where there is none, and where one is planted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from results.by_group import differences_of, interaction
from results.comparison import compare
from results.metric_lookup import limits
from results.uncertainty import FEW, Resampled, fewest_patients
from results.verdict import FINE_TUNE, verdict
from tests.validity.intervals import CONFIDENCE
from tests.validity.resampling import metrics_of, names_of, values_of, weights_of
from tests.validity.simulation import Rows, Sample, Values, World, draw, generator
from tests.validity.training_sets import FROZEN, LEVEL, MARGIN, method_noise, separation_of
from tests.validity.worlds import MURA

DRAWS = 200  # resamplings: fewer than the project's, for speed
DIFFERENCE = 0.03  # true AUROC of fine-tuned minus frozen, in every group where none differs
PLANTED = 0.08  # more of it in the last group
HARDER = 0.06  # less AUROC of both methods in the last group, where groups differ in difficulty
SEEDS = (3, 5)
# Numbers of seeds, and the SD of a network's true AUROC over training sets, in each group by itself
NOISE = ((3, 0.02), (5, 0.0))
HARDWARE = (0.05, 0.5)  # share of normal and of abnormal studies that show hardware
SHORTCUT = 2.5  # log odds that the fine-tuned network adds where it sees hardware
_INTERCEPT = -1.0
_METRIC = ("auroc",)
BySeed = dict[int, Resampled]


@dataclass(frozen=True)
class Setting:
    """Groups of a column: their shares of patients (or studies), and what is true in the last of them."""

    name: str
    shares: tuple[float, ...]
    studies: int = 600
    by_study: bool = False  # one patient may have studies in several groups
    harder: float = 0.0
    planted: float = 0.0


SETTINGS = (
    Setting("2 equal groups", (0.5, 0.5)),
    Setting("2 groups, one of 15 %", (0.85, 0.15)),
    Setting("the same, of studies", (0.85, 0.15), by_study=True),
    Setting("2 groups, one is harder", (0.5, 0.5), harder=HARDER),
    Setting("4 groups", (0.4, 0.3, 0.2, 0.1), 1200),
    Setting("2 equal groups, planted", (0.5, 0.5), 1200, planted=PLANTED),
    Setting("4 groups, planted", (0.4, 0.3, 0.2, 0.1), 1200, planted=PLANTED),
)


def interactions(datasets: int) -> pd.DataFrame:
    """One row per setting, number of seeds and training noise: shares of the data sets.

    Where an interaction is planted, there are a quarter as many.
    """
    return pd.DataFrame(_rows(datasets))


def _rows(datasets: int) -> Iterator[dict[str, Any]]:
    for setting in SETTINGS:
        for seeds, training in NOISE:
            count = -(-datasets // 4) if setting.planted else datasets  # what is found needs no exact share
            found = pd.DataFrame(_outcome(setting, seeds, training, i) for i in range(count))
            known = {"setting": setting.name, "planted": setting.planted, "studies": setting.studies}
            yield known | {
                "seeds": seeds,
                "training": training,
                "datasets": count,
                "tested": found["tested"].mean(),
                "found": found["found"].mean(),
                "holds": found["holds"].mean() if len(setting.shares) == 2 else float("nan"),
            }


def _outcome(setting: Setting, seeds: int, training: float, number: int) -> dict[str, float]:
    """What is said of one data set: 1 where it is so."""
    random = generator("interactions", setting, seeds, training, number)
    frozen, tuned = _aurocs(setting, seeds, training, random)
    sample, probabilities, groups = _studies(setting, np.vstack([frozen, tuned]), seeds, random)
    first, second = _sides(sample, probabilities, groups, number)
    large = {name for name, side in first.items() if min(one.patients for one in side.values()) >= FEW}
    apart = {name: side for name, side in differences_of(first, second).items() if name in large}
    if len(apart) < 2:
        return {"tested": 0.0, "found": 0.0, "holds": float("nan")}
    found = interaction(apart)
    low, high = found.contrasts[found.largest].interval(CONFIDENCE)
    return {"tested": 1.0, "found": found.p <= LEVEL, "holds": low <= setting.planted <= high}


def _aurocs(
    setting: Setting, seeds: int, training: float, random: np.random.Generator
) -> tuple[Values, Values]:
    """The true AUROC of each network in each group, (seeds, groups), frozen and fine-tuned."""
    last = np.arange(len(setting.shares)) == len(setting.shares) - 1
    base = FROZEN - 0.03 - setting.harder * last
    gain = DIFFERENCE + setting.planted * last
    noise = random.normal(0, training, (2, seeds, len(last)))
    return np.clip(base + noise[0], 0.55, 0.99), np.clip(base + gain + noise[1], 0.55, 0.99)


def _studies(
    setting: Setting, aurocs: Values, seeds: int, random: np.random.Generator
) -> tuple[Sample, Values, Rows]:
    """Studies, the probability of each network (networks, studies), and each study's group."""
    networks, count = aurocs.shape
    noise = np.repeat(method_noise(seeds), count, axis=0)  # a network has the same noise in all groups
    world = World(MURA, separation_of(aurocs.ravel()), noise, _INTERCEPT)
    sample = draw(world, world.patients(setting.studies), random)
    of_patient = random.choice(count, sample.patient.max() + 1, p=setting.shares)
    of_study = random.choice(count, len(sample.label), p=setting.shares)
    groups = of_study if setting.by_study else of_patient[sample.patient]
    every = sample.probabilities().reshape(networks, count, -1)
    return sample, every[:, groups, np.arange(len(groups))], groups


def _sides(sample: Sample, probabilities: Values, groups: Rows, number: int) -> list[Mapping[str, BySeed]]:
    """group -> seed -> AUROC, of the frozen and of the fine-tuned networks.

    The patients of data set `number` are resampled by draws of its own, all groups together.
    """
    seeds, weights = len(probabilities) // 2, weights_of(sample, number, DRAWS)
    sides: list[dict[str, BySeed]] = [{}, {}]
    for group in np.unique(groups):
        rows = groups == group
        labels, own = sample.label[rows], probabilities[:, rows]
        values = values_of(_METRIC, labels, own)[:, 0]
        drawn = metrics_of(_METRIC, labels, own, weights[rows])[:, 0]
        patients = fewest_patients(names_of(sample)[rows], labels)
        found = [Resampled(float(value), one, patients) for value, one in zip(values, drawn, strict=True)]
        for place, side in enumerate(sides):
            side[str(group)] = dict(enumerate(found[place * seeds : (place + 1) * seeds]))
    return sides


def hardware(datasets: int) -> pd.DataFrame:
    """Hardware in half of the positives, which the fine-tuned network uses: one row per number of seeds.

    In each group, with hardware and without, both methods are equal; over all studies fine-tuning is better.
    Shares of the data sets: `overall` and `in_a_group` (the verdict is fine-tune; of groups any, adjusted by
    Bonferroni), `found` (an interaction), and the mean difference over all studies and in the groups.
    """
    return pd.DataFrame(_hardware_row(seeds, datasets) for seeds in SEEDS)


def _hardware_row(seeds: int, datasets: int) -> dict[str, Any]:
    found = pd.DataFrame(_with_hardware(seeds, i) for i in range(datasets))
    return {"seeds": seeds, "datasets": datasets, **found.mean().to_dict()}


def _with_hardware(seeds: int, number: int) -> dict[str, float]:
    random = generator("hardware", seeds, number)
    plain = Setting("hardware", (1.0,), 1200)
    aurocs = np.clip(FROZEN + random.normal(0, 0.01, (2 * seeds, 1)), 0.55, 0.99)
    sample, probabilities, _ = _studies(plain, aurocs, seeds, random)
    shown = (random.uniform(size=len(sample.label)) < np.array(HARDWARE)[sample.label]).astype(np.int64)
    odds = np.log(probabilities / (1 - probabilities))
    odds[seeds:] += SHORTCUT * shown
    probabilities = 1 / (1 + np.exp(-odds))
    everyone = [side["0"] for side in _sides(sample, probabilities, np.zeros_like(shown), number)]
    first, second = _sides(sample, probabilities, shown, number)
    whole = compare(everyone[0], everyone[1], limits("auroc"))
    groups = {name: compare(first[name], second[name], limits("auroc")) for name in first}
    said = {
        name: verdict(one.value, 2 * one.p(), 2 * one.p_equal(MARGIN), seeds=seeds, level=LEVEL)
        for name, one in groups.items()
    }
    p = interaction(differences_of(first, second)).p
    return {
        "overall": verdict(whole.value, whole.p(), whole.p_equal(MARGIN), seeds=seeds, level=LEVEL)
        == FINE_TUNE,
        "in_a_group": FINE_TUNE in said.values(),
        "found": p <= LEVEL,
        "difference": whole.value,
        "without": groups["0"].value,
        "with": groups["1"].value,
    }

"""The worlds that are simulated, by name, and what is true in them."""

import numpy as np

from results.metrics import metric_value
from tests.validity.simulation import Values, World, draw, generator, shared_noise

WEAKER, BETTER, EQUAL = 0, 1, 2  # classifiers: EQUAL has the law of WEAKER, with noise of its own
THRESHOLD = 0.35  # the chosen threshold, a fixed one beside 0.5
METRICS = ("auroc", "cohens_kappa", "cohens_kappa_at_chosen")
MURA = (0.65, 0.22, 0.08, 0.05)  # 1,200 studies of 784 patients; MURA's valid part has 1,199 of 783
_CHUNKS, _PATIENTS = 20, 200_000
POPULATION = _CHUNKS * _PATIENTS  # patients from whom the true values come


def three(
    studies: tuple[float, ...], weaker: float, better: float, intercept: float, **more: object
) -> World:
    """A world with the classifiers WEAKER, BETTER and EQUAL, half of whose noise is shared."""
    separations = np.array([weaker, better, weaker])
    return World(studies, separations, shared_noise(3, 0.5), intercept, **more)


WORLDS = {
    "as MURA": three(MURA, 1.6, 1.9, -1.0),
    "large families": three(
        (0.25,) * 4, 1.6, 1.9, -1.0, label_correlation=0.8, more_when_ill=0.3, noise=(0.8, 0.3, 0.4)
    ),
    "near the ceiling": three(MURA, 3.2, 3.8, -1.6),
}


def true_values(name: str, world: World, metrics: tuple[str, ...] = METRICS) -> tuple[Values, Values]:
    """Each metric of each classifier in the population, (classifiers, metrics), and its Monte Carlo error.

    The population is a sample so large that its error is small beside an interval's width; in chunks, whose
    spread gives that error.
    """
    chunks = [_population_values(world, metrics, generator("population", name, i)) for i in range(_CHUNKS)]
    return np.mean(chunks, axis=0), np.std(chunks, axis=0, ddof=1) / np.sqrt(_CHUNKS)


def _population_values(world: World, metrics: tuple[str, ...], random: np.random.Generator) -> Values:
    sample = draw(world, _PATIENTS, random)
    ones = np.ones((len(sample.label), 1))
    return np.array(
        [
            [metric_value(metric, sample.label, scores, ones, THRESHOLD)[0] for metric in metrics]
            for scores in sample.probabilities()
        ]
    )

"""Whether the planner's promise holds: the power that it says, and the share of data sets in which it is found.

    python -m tests.validity.power --datasets 400

Every data set has its own training subsets (seeds), whose networks differ, and its own test patients. The
planner sees the parts of the variance of pilot data sets of one design (PILOT), and says the power of others.
"""

import argparse

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from results.comparison import Difference, compare
from results.metrics import metric_value
from results.power import Design, Parts, parts_of, power_of_difference, power_of_equality
from results.uncertainty import Resampled, fewest_patients, patient_weights
from tests.validity.markdown import table
from tests.validity.simulation import World, draw, generator, grouped_noise
from tests.validity.worlds import MURA

LEVEL, MARGIN, RESAMPLES = 0.05, 0.03, 400
FROZEN, TUNED, SUBSETS = (
    1.6,
    1.9,
    0.09,
)  # separations (AUROC .857, .891), and their SD over training subsets (.01)
PILOT = (600, 5)  # studies and seeds
DESIGNS = (
    (200, 5),
    (600, 3),
    (600, 10),
    (1200, 3),
    (1200, 5),
    (1200, 10),
)  # studies and seeds that are promised
WORLDS = {"ahead": TUNED, "equal": FROZEN}  # the separation of fine-tuning


def power(datasets: int) -> pd.DataFrame:
    """One row per world and design: the promised power and the found share of each test."""
    rows = []
    for name, separation in WORLDS.items():
        pilots = [_difference(separation, *PILOT, "pilot", number) for number in range(datasets)]
        known = [parts for pilot in pilots if (parts := parts_of(pilot.estimate)) is not None]
        sets = {
            asked: [_difference(separation, *asked, name, number) for number in range(datasets)]
            for asked in DESIGNS
        }
        every = [one.value for found in (pilots, *sets.values()) for one in found]
        parts, true = _mean(known), 0.0 if separation == FROZEN else float(np.mean(every))
        for (studies, seeds), found in sets.items():
            design = Design(seeds, studies / PILOT[0])
            alone = [power_of_difference(one, design, true, LEVEL) for one in known]
            rows.append(
                {
                    "world": name,
                    "studies": studies,
                    "seeds": seeds,
                    "difference": true,
                    "promised": power_of_difference(parts, design, true, LEVEL),
                    "found": np.mean([one.p() <= LEVEL for one in found]),
                    "low": np.quantile(alone, 0.1),
                    "high": np.quantile(alone, 0.9),
                    "equal_promised": power_of_equality(parts, design, MARGIN, LEVEL, true),
                    "equal_found": np.mean([one.p_equal(MARGIN) <= LEVEL for one in found]),
                    "datasets": datasets,
                }
            )
    return pd.DataFrame(rows)


def power_text(rows: pd.DataFrame) -> str:
    """The rows as a Markdown table, in per cent."""
    share = "{:.1f}".format
    names = {"promised": "promised", "found": "found", "low": "one pilot, 10 %", "high": "one pilot, 90 %"}
    names |= {"equal_promised": "equal: promised", "equal_found": "equal: found"}
    shares = {title: (100 * rows[name]).map(share) for name, title in names.items()}
    return table(
        rows[["world", "studies", "seeds"]].assign(
            difference=rows["difference"].map("{:.3f}".format), **shares
        )
    )


def _mean(parts: list[Parts]) -> Parts:
    """The mean of each part over pilots: the parts as they truly are."""
    means = {
        name: float(np.mean([getattr(one, name) for one in parts])) for name in ("training", "own", "shared")
    }
    return Parts(**means, patients=round(np.mean([one.patients for one in parts])), seeds=parts[0].seeds)


def _difference(separation: float, studies: int, seeds: int, *names: object) -> Difference:
    """Fine-tuned minus frozen of one data set, by the project's own functions."""
    random = generator("power", separation, studies, seeds, *names)
    separations = np.repeat([FROZEN, separation], seeds) + SUBSETS * random.standard_normal(2 * seeds)
    loadings = grouped_noise(np.repeat([0, 1], seeds), 0.4, 0.3)
    world = World(MURA, separations, loadings, -1.0)
    sample = draw(world, world.patients(studies), random)
    patients = sample.patient.astype(str).astype(object)
    drawn = patient_weights(patients, RESAMPLES, int(random.integers(2**31)))
    weights = np.column_stack([np.ones(len(patients)), drawn])
    rarer = fewest_patients(patients, sample.label)
    values = [metric_value("auroc", sample.label, scores, weights, 0.5) for scores in sample.probabilities()]
    cells = [Resampled(float(value[0]), value[1:], rarer) for value in values]
    return compare(dict(enumerate(cells[:seeds])), dict(enumerate(cells[seeds:])), (0.0, 1.0))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=400, help="data sets per design")
    with threadpool_limits(1):
        print(power_text(power(parser.parse_args().datasets)))  # noqa: T201

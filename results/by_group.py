"""A metric and the difference of two methods in each group of a test set, and whether groups differ in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from results.comparison import Difference, compare, difference_of
from results.predicted import Predicted
from results.uncertainty import Resampled, patient_weights

BySeed = Mapping[int, Resampled]


def resampled_by_group(
    predictions: Predicted, groups: pd.Series, *, metric: str, unit: str, resamples: int
) -> dict[str, Resampled]:
    """One metric of one cell in each group, and its value in each resampling of *all* test patients.

    `predictions` has one row per image. `groups` holds the group of each study or image (`unit`), by its
    name; units that it lacks are in none. The patients of all groups are drawn together, so that values of
    different groups and cells are paired, also where a patient has studies in two groups.
    """
    table = predictions.per_unit(unit)
    own = groups.reindex(table.table[unit]).to_numpy(dtype=object)
    weights = patient_weights(table.table["patient"].to_numpy(dtype=object), resamples)
    places = {name: own == name for name in dict.fromkeys(groups)}
    return {
        name: table.only(rows).resampled(metric, resamples, weights[rows]) for name, rows in places.items()
    }


@dataclass(frozen=True, eq=False)
class Interaction:
    """How the difference of two methods differs between groups: one contrast each, by name.

    With two groups there is one contrast, the second group's difference minus the first's. With more, there
    is one per group: its difference minus the mean of the others', weighted by their patients of the rarer
    label. Each is a `Difference` of differences, with seeds and patients as in the main verdict.
    """

    contrasts: Mapping[str, Difference]

    @property
    def largest(self) -> str:
        """The group with the smallest p-value."""
        known = {name: one.p() for name, one in self.contrasts.items()}
        return min(known, key=lambda name: known[name] if np.isfinite(known[name]) else np.inf)

    @property
    def p(self) -> float:
        """The p-value of "all groups have the same difference"; NaN where no contrast is known.

        The smallest one of the contrasts times their number (Bonferroni), which holds for any dependence
        between them.
        """
        return float(np.minimum(1.0, len(self.contrasts) * self.contrasts[self.largest].p()))


def interaction(differences: Mapping[str, BySeed], share: float = 0.0) -> Interaction:
    """Compare the differences of two methods (group -> seed -> difference) between the groups.

    `share` as in `estimates.estimate`. The degrees of freedom are those of the smaller side's patients of the
    rarer label. Raises ValueError for fewer than two groups.
    """
    names = list(differences)
    if len(names) < 2:
        raise ValueError(f"an interaction needs two groups or more, not {names}")
    if len(names) == 2:
        return Interaction({names[1]: _contrast(differences[names[0]], differences[names[1]], share)})
    contrasts = {}
    for name in names:
        others = [differences[other] for other in names if other != name]
        contrasts[name] = _contrast(_weighted(others), differences[name], share)
    return Interaction(contrasts)


def differences_of(
    first: Mapping[str, BySeed], second: Mapping[str, BySeed]
) -> dict[str, dict[int, Resampled]]:
    """Second minus first (group -> seed -> value) for the groups and seeds that both have."""
    return {
        name: {
            seed: difference_of(first[name][seed], second[name][seed])
            for seed in sorted(first[name].keys() & second[name].keys())
        }
        for name in first
        if name in second
    }


def _contrast(first: BySeed, second: BySeed, share: float) -> Difference:
    seeds = first.keys() & second.keys()
    fewest = min(side[seed].patients for side in (first, second) for seed in seeds)
    one, other = (
        {seed: side[seed]._replace(patients=fewest) for seed in sorted(seeds)} for side in (first, second)
    )
    return compare(one, other, None, share)


def _weighted(sides: list[BySeed]) -> dict[int, Resampled]:
    """The mean of several groups' differences, by their patients."""
    seeds = set.intersection(*(set(side) for side in sides))
    found = {}
    for seed in sorted(seeds):
        own = [side[seed] for side in sides]
        patients = [one.patients for one in own]
        value = float(np.average([one.value for one in own], weights=patients))
        drawn = np.average([one.drawn for one in own], axis=0, weights=patients)
        found[seed] = Resampled(value, drawn, sum(patients))
    return found

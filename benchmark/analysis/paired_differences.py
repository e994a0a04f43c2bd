"""Paired differences between strategies on the same test patients: the one engine behind every comparison."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmark.analysis.resampled_cells import EVERY_BACKBONE, Method, ResampledCells, Setting, Side
from benchmark.grid.strategies import STRATEGIES
from benchmark.store.record import Finished
from results.comparison import OVER_SEEDS, Difference, compare, differences, mean_of
from results.evaluation import unit_table
from results.significance import delong, mcnemar
from results.uncertainty import Resampled

Row = dict[str, Any]
BySeed = Mapping[int, Resampled]


class Comparison(NamedTuple):
    """Two strategies, by name; differences are second minus first."""

    first: str
    second: str

    @property
    def name(self) -> str:
        """`fine-tuned − frozen`."""
        return f"{STRATEGIES[self.second].label} − {STRATEGIES[self.first].label}"


QUESTION = Comparison("feature_extraction", "fine_tuning")  # freeze or fine-tune?
BETWEEN_RECIPES = Comparison(QUESTION.second, QUESTION.second)  # a recipe minus one listed before it


def comparisons() -> list[Comparison]:
    """Every comparison in the registry of strategies (`against`), fine-tuned minus frozen first."""
    asked = [Comparison(other, s.name) for s in STRATEGIES.values() for other in s.against]
    return sorted(asked, key=lambda comparison: comparison != QUESTION)


class Match(NamedTuple):
    """The methods of two sides that are compared; several on a side are averaged over their backbones.

    `backbone` is that of the side that has one, or EVERY_BACKBONE; `recipe` is the name of a fine-tuning's
    recipe where the grid has several.
    """

    comparison: Comparison
    backbone: str
    recipe: str
    first: tuple[Method, ...]
    second: tuple[Method, ...]


def matches(methods: Collection[Method]) -> Iterator[Match]:
    """Every match among the methods of one body part and size: each backbone, then the mean over backbones.

    The mean is over the backbones that are there both frozen and fine-tuned, where those are several.
    """
    sides: dict[str, list[Method]] = {}
    for method in methods:
        sides.setdefault(method.strategy, []).append(method)
    for comparison in [*comparisons(), BETWEEN_RECIPES]:
        first, second = (sides.get(name, []) for name in comparison)
        same = comparison.first == comparison.second
        for one, other in combinations(first, 2) if same else product(first, second):
            backbones = {name for name in (one.backbone, other.backbone) if name}
            if len(backbones) < 2:
                yield Match(comparison, next(iter(backbones), ""), _recipe(one, other), (one,), (other,))
        if not same:
            yield from _means(comparison, sides)


def _means(comparison: Comparison, sides: Mapping[str, list[Method]]) -> Iterator[Match]:
    """The matches of means over the backbones that are both frozen and fine-tuned, per recipe."""
    frozen, tuned = (sides.get(name, []) for name in QUESTION)
    there = {method.backbone for method in frozen}
    for recipe in dict.fromkeys(method.variant for method in tuned):
        both = [m.backbone for m in tuned if m.variant == recipe and m.backbone in there]
        if len(both) < 2:
            continue
        first, second = (
            tuple(m for m in sides.get(name, []) if m.backbone in ("", *both) and m.variant in ("", recipe))
            for name in comparison
        )
        if first and second:
            shown = recipe if QUESTION.second in comparison else ""
            yield Match(comparison, EVERY_BACKBONE, shown, first, second)
        if QUESTION.second not in comparison:
            return  # no recipe plays a part in it


def _recipe(first: Method, second: Method) -> str:
    """The variants of both sides, `second − first` where both have one."""
    return " − ".join(filter(None, (second.variant, first.variant)))


@dataclass(frozen=True)
class Pair:
    """Two sides of a match on the same test patients, seed by seed; they have a seed in common.

    `cells` are the records of both sides; None where a side is a mean over backbones.
    """

    match: Match
    setting: Setting
    difference: Difference
    first: BySeed
    second: BySeed
    cells: tuple[Side, Side] | None = None

    @property
    def comparison(self) -> Comparison:
        """The strategies that are compared."""
        return self.match.comparison

    @property
    def axes(self) -> Row:
        """comparison (its name), backbone, recipe, body_part, train_size and images."""
        names = {"comparison": self.comparison.name}
        names |= {"backbone": self.match.backbone, "recipe": self.match.recipe}
        return names | self.setting._asdict()


def pairs(evaluated: ResampledCells) -> Iterator[Pair]:
    """Every pair that the cells hold, per setting, in the order of `matches`."""
    for setting, sides in evaluated.chosen.items():
        for match in matches(sides):
            first, second = (_by_seed(evaluated, sides, methods) for methods in (match.first, match.second))
            if first.keys() & second.keys():
                single = len(match.first) == len(match.second) == 1
                cells = (sides[match.first[0]], sides[match.second[0]]) if single else None
                difference = compare(first, second, evaluated.limits)
                yield Pair(match, setting, difference, first, second, cells)


def _by_seed(
    evaluated: ResampledCells, sides: Mapping[Method, Side], methods: Iterable[Method]
) -> dict[int, Resampled]:
    """The mean over these methods for their common seeds."""
    wanted = [sides[method] for method in methods]
    seeds = set.intersection(*(set(side) for side in wanted))
    return {
        seed: mean_of([evaluated.resampled[side[seed].cell] for side in wanted]) for seed in sorted(seeds)
    }


def with_recipe(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the recipe appended to the backbone's name, for tables and figures with one name."""
    recipes = rows["recipe"].map(lambda recipe: f" · {recipe}" if recipe else "")
    return rows.assign(backbone=rows["backbone"] + recipes)


def test_rows(evaluated: ResampledCells, found: list[Pair]) -> pd.DataFrame:
    """McNemar's and DeLong's tests beside the resampling's, per seed, where frozen meets fine-tuned.

    Columns: comparison, backbone, recipe, body_part, train_size, images, seed, difference and p (primary
    metric, patients resampled), auroc_difference and delong_p, only_first_right, only_second_right and
    mcnemar_p (at the thresholds that training chose).
    """
    return pd.DataFrame(
        [
            {**pair.axes, **row}
            for pair in found
            if pair.comparison == QUESTION and pair.cells
            for row in _tests(evaluated, pair, pair.cells)
        ]
    )


def _tests(evaluated: ResampledCells, pair: Pair, cells: tuple[Side, Side]) -> Iterator[Row]:
    for row in differences(pair.first, pair.second, evaluated.evaluation.confidence, evaluated.limits):
        if row["seed"] != OVER_SEEDS:
            first, second = (side[row["seed"]] for side in cells)
            yield {
                **{name: row[name] for name in ("seed", "difference", "p")},
                **_classical_tests(evaluated, first, second),
            }


def _classical_tests(evaluated: ResampledCells, first: Finished, second: Finished) -> Row:
    tables = [
        unit_table(evaluated.predictions(record), evaluated.evaluation.unit).sort_values(
            evaluated.evaluation.unit
        )
        for record in (first, second)
    ]
    labels = tables[0]["label"].to_numpy(np.int64)
    a, b = (table["probability"].to_numpy(np.float64) for table in tables)
    areas, matches = delong(labels, a, b), mcnemar(labels, a >= first.threshold, b >= second.threshold)
    return {
        "auroc_difference": areas["difference"],
        "delong_p": areas["p"],
        "only_first_right": matches["only_a_right"],
        "only_second_right": matches["only_b_right"],
        "mcnemar_p": matches["p"],
    }

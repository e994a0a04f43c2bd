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
from results.verdict import WORDS

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

    @property
    def difference(self) -> str:
        """`fine-tuned minus frozen`."""
        return self.name.replace("−", "minus")

    @property
    def question(self) -> str:
        """`freeze or fine-tune?`, for one of QUESTIONS."""
        return f"{WORDS[self.first]} or {WORDS[self.second]}?"


QUESTION = Comparison("feature_extraction", "fine_tuning")  # freeze or fine-tune?
ADAPTATION = "adaptation"  # what is between both: only a few parameters are trained
# Every two of the ways to use a network: they have verdicts, and are one family.
QUESTIONS = (QUESTION, Comparison(QUESTION.first, ADAPTATION), Comparison(ADAPTATION, QUESTION.second))
BETWEEN_RECIPES = Comparison(QUESTION.second, QUESTION.second)  # a recipe minus one listed before it
BETWEEN_METHODS = Comparison(ADAPTATION, ADAPTATION)  # the same for methods of adaptation


def comparisons() -> list[Comparison]:
    """Every comparison in the registry of strategies (`against`), QUESTIONS first."""
    asked = [Comparison(other, s.name) for s in STRATEGIES.values() for other in s.against]
    return [*QUESTIONS, *(comparison for comparison in asked if comparison not in QUESTIONS)]


class Match(NamedTuple):
    """The methods of two sides that are compared; several on a side are averaged over their backbones.

    `backbone` is that of the side that has one, or EVERY_BACKBONE; `recipe` is empty where training folds
    chose it, and the name of a single recipe in the comparisons beside.
    """

    comparison: Comparison
    backbone: str
    recipe: str
    first: tuple[Method, ...]
    second: tuple[Method, ...]


def matches(methods: Collection[Method], recipes: Collection[Method] = ()) -> Iterator[Match]:
    """Every match among the methods of one body part and size: each backbone, then the mean over backbones.

    The mean is over the backbones that are on both sides of one of QUESTIONS, and for other comparisons both
    frozen and fine-tuned, where those are several. Then come, beside the questions, each of `recipes`
    (`ResampledCells.recipes`) by itself: against the other strategies, and against the other recipes of its
    strategy and backbone.
    """
    for comparison in comparisons():
        yield from _matches(comparison, methods)
    for comparison in QUESTIONS:
        for strategy, name in dict.fromkeys((method.strategy, method.classifier) for method in recipes):
            if strategy in comparison:
                alone = [m for m in recipes if (m.strategy, m.classifier) == (strategy, name)]
                others = [method for method in methods if method.strategy != strategy]
                yield from _matches(comparison, [*others, *alone])
    for one, other in combinations(recipes, 2):
        if (one.strategy, one.backbone) == (other.strategy, other.backbone):
            between = Comparison(one.strategy, one.strategy)
            yield Match(between, one.backbone, _recipe(one, other), (one,), (other,))


def _matches(comparison: Comparison, methods: Collection[Method]) -> Iterator[Match]:
    """The matches of one comparison."""
    first, second = ([m for m in methods if m.strategy == name] for name in comparison)
    for one, other in product(first, second):
        backbones = {name for name in (one.backbone, other.backbone) if name}
        if len(backbones) < 2:
            yield Match(comparison, next(iter(backbones), ""), _recipe(one, other), (one,), (other,))
    asked = comparison if comparison in QUESTIONS else QUESTION
    one_way, other_way = ({m.backbone for m in methods if m.strategy == name} for name in asked)
    both = one_way & other_way
    means = [tuple(m for m in side if m.backbone in ("", *both)) for side in (first, second)]
    if len(both) > 1 and all(means):
        yield Match(comparison, EVERY_BACKBONE, _recipe(means[0][0], means[1][0]), means[0], means[1])


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
    for setting, chosen in evaluated.chosen.items():
        recipes = evaluated.recipes[setting]
        sides = {**chosen, **recipes}
        for match in matches(chosen, recipes):
            first, second = (_by_seed(evaluated, sides, methods) for methods in (match.first, match.second))
            if first.keys() & second.keys():
                single = len(match.first) == len(match.second) == 1
                cells = (sides[match.first[0]], sides[match.second[0]]) if single else None
                share = evaluated.pool_share(sides[match.first[0]])
                difference = compare(first, second, evaluated.limits, share)
                yield Pair(match, setting, difference, first, second, cells)


def main_pairs(evaluated: ResampledCells, found: Iterable[Pair]) -> list[Pair]:
    """`judged_pairs` at the largest training size of each body part."""
    largest = set(evaluated.largest.values())
    return [pair for pair in judged_pairs(found) if pair.setting in largest]


def judged_pairs(found: Iterable[Pair]) -> list[Pair]:
    """The pairs of QUESTIONS that have a verdict; with several backbones their mean alone."""
    own = [p for p in found if p.comparison in QUESTIONS and not p.match.recipe]
    means = {(p.comparison, p.setting) for p in own if p.match.backbone == EVERY_BACKBONE}
    return [p for p in own if p.match.backbone == EVERY_BACKBONE or (p.comparison, p.setting) not in means]


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
    """McNemar's and DeLong's tests beside the resampling's, per seed, for every pair of QUESTIONS.

    Columns: comparison, backbone, recipe, body_part, train_size, images, seed, difference and p (primary
    metric, patients resampled), auroc_difference and delong_p, only_first_right, only_second_right and
    mcnemar_p (at the thresholds that training chose). No row of several classes: the tests are of two.
    """
    return pd.DataFrame(
        [
            {**pair.axes, **row}
            for pair in found
            if pair.comparison in QUESTIONS and pair.cells and evaluated.task.is_binary
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

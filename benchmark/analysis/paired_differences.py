"""Paired differences between strategies on the same test patients: the one engine behind every comparison."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmark.analysis.resampled_cells import EVERY_BACKBONE, Method, ResampledCells, Setting, Side
from benchmark.grid.strategies import STRATEGIES
from benchmark.store.record import Finished
from results.comparison import OVER_SEEDS, difference_of, differences, mean_of
from results.evaluation import unit_table
from results.frames import records
from results.significance import delong, holm, mcnemar
from results.uncertainty import Resampled
from results.verdict import verdict

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


@dataclass(frozen=True)
class Pair:
    """Two sides on the same test patients, seed by seed.

    `backbone` is that of the side that has one, or EVERY_BACKBONE; `recipe` is the name of a fine-tuning's
    recipe where the grid has several. `cells` are the records of both sides; None where a side is a mean over
    backbones.
    """

    comparison: Comparison
    backbone: str
    recipe: str
    setting: Setting
    first: BySeed
    second: BySeed
    cells: tuple[Side, Side] | None = None

    def over_seeds(self) -> Resampled | None:
        """The difference of the means over common seeds, in each resampling too; None without any."""
        seeds = sorted(self.first.keys() & self.second.keys())
        if not seeds:
            return None
        first, second = (mean_of([side[seed] for seed in seeds]) for side in (self.first, self.second))
        return difference_of(first, second)


def pairs(evaluated: ResampledCells) -> Iterator[Pair]:
    """Every pair that the cells hold, per setting: each backbone, then the mean over backbones.

    The mean is over the backbones that are there both frozen and fine-tuned, where those are several.
    """
    for setting, chosen in evaluated.chosen.items():
        sides: dict[str, dict[Method, Side]] = {}
        for method, side in chosen.items():
            sides.setdefault(method.strategy, {})[method] = side
        for comparison in [*comparisons(), BETWEEN_RECIPES]:
            first, second = (sides.get(name, {}) for name in comparison)
            yield from _each_backbone(evaluated, comparison, setting, first, second)
            yield from _mean_over_backbones(evaluated, comparison, setting, sides)


def _each_backbone(
    evaluated: ResampledCells,
    comparison: Comparison,
    setting: Setting,
    first: Mapping[Method, Side],
    second: Mapping[Method, Side],
) -> Iterator[Pair]:
    same = comparison.first == comparison.second
    met = combinations(first.items(), 2) if same else product(first.items(), second.items())
    for (one, a), (other, b) in met:
        backbones = {name for name in (one.backbone, other.backbone) if name}
        if len(backbones) < 2 and a.keys() & b.keys():
            backbone, recipe = next(iter(backbones), ""), _recipe(one, other)
            yield Pair(
                comparison, backbone, recipe, setting, evaluated.by_seed(a), evaluated.by_seed(b), (a, b)
            )


def _mean_over_backbones(
    evaluated: ResampledCells,
    comparison: Comparison,
    setting: Setting,
    sides: Mapping[str, Mapping[Method, Side]],
) -> Iterator[Pair]:
    """The pairs of means over the backbones that are both frozen and fine-tuned, per recipe."""
    if comparison == BETWEEN_RECIPES:
        return
    frozen, tuned = (sides.get(name, {}) for name in QUESTION)
    there = {method.backbone for method in frozen}
    for recipe in dict.fromkeys(method.classifier for method in tuned):
        both = [m.backbone for m in tuned if m.classifier == recipe and m.backbone in there]
        if len(both) < 2:
            continue
        means = [_mean(evaluated, sides.get(name, {}), both, recipe) for name in comparison]
        if means[0].keys() & means[1].keys():
            shown = recipe if QUESTION.second in comparison else ""
            yield Pair(comparison, EVERY_BACKBONE, shown, setting, means[0], means[1])
        if QUESTION.second not in comparison:
            return  # no recipe plays a part in it


def _mean(
    evaluated: ResampledCells, sides: Mapping[Method, Side], backbones: list[str], recipe: str
) -> dict[int, Resampled]:
    """The mean over these backbones for their common seeds; a side without backbones is used unchanged."""
    wanted = [
        side
        for method, side in sides.items()
        if method.backbone in ("", *backbones) and method.variant in ("", recipe)
    ]
    if not wanted:
        return {}
    seeds = set.intersection(*(set(side) for side in wanted))
    return {
        seed: mean_of([evaluated.resampled[side[seed].cell] for side in wanted]) for seed in sorted(seeds)
    }


def _recipe(first: Method, second: Method) -> str:
    """The variants of both sides, `second − first` where both have one."""
    return " − ".join(filter(None, (second.variant, first.variant)))


def difference_rows(evaluated: ResampledCells, found: list[Pair]) -> pd.DataFrame:
    """One row per pair, over its seeds: both means, their difference, its interval, p-values and verdict.

    Columns: comparison, backbone, recipe, body_part, train_size, images, seeds (how many), first, second,
    difference, low, high, p, p_adjusted (Holm within the family), family (its number of tests) and verdict
    (`results.verdict`; empty where the comparison is not the suite's question). There is one family per
    comparison, over backbones, recipes, body parts and sizes, and one for the means over backbones.
    """
    rows = []
    for pair in found:
        *_, row = differences(pair.first, pair.second, evaluated.evaluation.confidence)
        kept = {name: row[name] for name in ("first", "second", "difference", "low", "high", "p")}
        rows.append({**_axes(pair), "seeds": len(row["seeds"]), **kept})
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    families = table.groupby(["comparison", table["backbone"] == EVERY_BACKBONE], sort=False)["p"]
    adjusted = families.transform(lambda p: _numbers(holm([None if pd.isna(x) else x for x in p])))
    table = table.assign(p_adjusted=adjusted, family=families.transform("count"))
    return table.assign(verdict=[_verdict(evaluated, row) for row in records(table)])


def with_recipe(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the recipe appended to the backbone's name, for tables and figures with one name."""
    recipes = rows["recipe"].map(lambda recipe: f" · {recipe}" if recipe else "")
    return rows.assign(backbone=rows["backbone"] + recipes)


def _verdict(evaluated: ResampledCells, row: Row) -> str:
    if row["comparison"] != QUESTION.name:
        return ""
    return verdict(
        row["difference"],
        row["p_adjusted"],
        level=evaluated.evaluation.level,
        higher_is_better=not evaluated.lower_is_better,
    )


def test_rows(evaluated: ResampledCells, found: list[Pair]) -> pd.DataFrame:
    """McNemar's and DeLong's tests beside the resampling's, per seed, where frozen meets fine-tuned.

    Columns: comparison, backbone, recipe, body_part, train_size, images, seed, difference and p (primary
    metric, patients resampled), auroc_difference and delong_p, only_first_right, only_second_right and
    mcnemar_p (at the thresholds that training chose).
    """
    return pd.DataFrame(
        [
            {**_axes(pair), **row}
            for pair in found
            if pair.comparison == QUESTION and pair.cells
            for row in _tests(evaluated, pair, pair.cells)
        ]
    )


def _tests(evaluated: ResampledCells, pair: Pair, cells: tuple[Side, Side]) -> Iterator[Row]:
    for row in differences(pair.first, pair.second, evaluated.evaluation.confidence):
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


def _axes(pair: Pair) -> Row:
    return {
        "comparison": pair.comparison.name,
        "backbone": pair.backbone,
        "recipe": pair.recipe,
        **pair.setting._asdict(),
    }


def _numbers(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]

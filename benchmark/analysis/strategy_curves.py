"""The lines of the learning curves: each strategy per backbone, and its mean over compared backbones."""

from typing import Any

from benchmark.analysis.paired_differences import QUESTION
from benchmark.analysis.resampled_cells import EVERY_BACKBONE, Method, ResampledCells, Setting, Side
from results.comparison import mean_of
from results.estimates import estimate

Row = dict[str, Any]
_MOST_RECIPES = 2  # drawn beside what training folds choose


def strategy_points(evaluated: ResampledCells) -> list[Row]:
    """A point per strategy, backbone, recipe and setting, over seeds, with its interval.

    Rows: backbone (EVERY_BACKBONE first, where several are both frozen and fine-tuned; empty for a strategy
    without backbones), strategy, line (empty, or a single recipe where its strategy has two: a figure could
    not tell more apart), body_part, train_images, train_patients, value, low, high. The backbones are those
    both frozen and fine-tuned, or all, where none is.
    """
    names = _compared(evaluated)
    rows: list[Row] = []
    for backbone in [*([EVERY_BACKBONE] if len(names) > 1 else []), *names, ""]:
        wanted = names if backbone == EVERY_BACKBONE else [backbone]
        for setting in evaluated.chosen:
            lines = dict.fromkeys((m.strategy, m.variant) for m in _sides(evaluated, setting))
            for strategy, line in lines:
                rows += _point(evaluated, setting, strategy, line, backbone, wanted)
    return rows


def _point(
    evaluated: ResampledCells, setting: Setting, strategy: str, line: str, backbone: str, wanted: list[str]
) -> list[Row]:
    """The mean over the wanted backbones and their common seeds; none where one lacks this strategy."""
    sides = [
        side
        for method, side in _sides(evaluated, setting).items()
        if (method.strategy, method.variant) == (strategy, line) and method.backbone in wanted
    ]
    if len(sides) != len(wanted):
        return []
    seeds = set.intersection(*(set(side) for side in sides))
    if not seeds:
        return []
    cells = {seed: [evaluated.resampled[side[seed].cell] for side in sides] for seed in seeds}
    means = {seed: mean_of(found) for seed, found in cells.items()}
    point = evaluated.interval(estimate(means, evaluated.pool_share(sides[0])))
    size = {"train_images": setting.images, "train_patients": setting.patients}
    axes = {"body_part": setting.body_part, **size}
    return [{"backbone": backbone, "strategy": strategy, "line": line, **axes, **point}]


def _sides(evaluated: ResampledCells, setting: Setting) -> dict[Method, Side]:
    recipes = evaluated.recipes[setting]
    several = {
        strategy: {m.classifier for m in recipes if m.strategy == strategy} for strategy, *_ in recipes
    }
    shown = {m: side for m, side in recipes.items() if len(several[m.strategy]) <= _MOST_RECIPES}
    return {**evaluated.chosen[setting], **shown}


def _compared(evaluated: ResampledCells) -> list[str]:
    methods = [method for chosen in evaluated.chosen.values() for method in chosen]
    frozen, tuned = (dict.fromkeys(m.backbone for m in methods if m.strategy == name) for name in QUESTION)
    return [name for name in frozen if name in tuned] or list({**frozen, **tuned})

"""Statistics over backbones and body parts: ranks, and both parts of the variance."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, QUESTIONS, Pair
from benchmark.analysis.resampled_cells import Method, ResampledCells
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.strategies import STRATEGIES
from classifiers.catalogue import learns
from classifiers.fine_tuning.recipes import END_TO_END
from results.estimates import Estimate
from results.evaluation import plain
from results.labels import plain_name
from results.ranks import rank_methods

Row = dict[str, Any]
_RANKED = {strategy for question in QUESTIONS for strategy in question}


def ranks(evaluated: ResampledCells) -> dict[str, Any]:
    """Classifiers on frozen features, adaptation and fine-tuning, ranked over backbones × body parts.

    As `rank_methods` gives them. At the largest size of each body part (of `all` only where it is alone: its
    patients are those of the parts); backbones that lack a method are left out.
    """
    values: dict[tuple[str, str], dict[str, float]] = {}
    sign = -1 if evaluated.lower_is_better else 1
    parts = [part for part in evaluated.largest if part != EVERY_PART] or list(evaluated.largest)
    for part, setting in ((part, evaluated.largest[part]) for part in parts):
        for method, side in evaluated.methods[setting].items():
            if method.strategy not in _RANKED or not learns(method.classifier):
                continue
            name = _ranked_name(method)
            values.setdefault((method.backbone, part), {})[name] = sign * evaluated.over_seeds(side).value
    return rank_methods(pd.DataFrame.from_dict(values, orient="index"), evaluated.evaluation.level)


def _ranked_name(method: Method) -> str:
    """The name of a method in the ranks: the frozen classifier, or the strategy and recipe."""
    if method.strategy == QUESTION.first:
        return plain_name(method.classifier)
    label = STRATEGIES[method.strategy].label
    return label if method.classifier == END_TO_END else f"{label}: {method.classifier}"


def spread_rows(evaluated: ResampledCells, pairs: Sequence[Pair]) -> pd.DataFrame:
    """Both parts of the variance of every compared method and of the differences of QUESTIONS.

    Columns: method (its name, or that of the comparison), backbone, body_part, train_size, images, seeds,
    value (the mean over seeds), training_sd (over training subsets, of one seed), test_sd (of the mean over
    these seeds, over test patients) and error (the standard error of the mean over seeds). Only where there
    are two seeds or more.
    """
    rows = []
    for setting, chosen in evaluated.chosen.items():
        named = [
            (method.name, method.backbone, evaluated.over_seeds(side)) for method, side in chosen.items()
        ]
        for pair in pairs:
            if pair.setting == setting and pair.comparison in QUESTIONS:
                label = " · ".join(filter(None, (pair.comparison.name, pair.match.recipe)))
                named.append((label, pair.match.backbone, pair.difference.estimate))
        rows += [
            {"method": name, "backbone": backbone, **setting._asdict(), **_parts_of(found)}
            for name, backbone, found in named
            if found.seeds > 1
        ]
    return pd.DataFrame(rows)


def _parts_of(found: Estimate) -> Row:
    numbers = {"value": found.value, "training_sd": found.training_sd}
    numbers |= {"test_sd": found.test_sd, "error": found.error}
    return {"seeds": found.seeds, **{name: plain(value) for name, value in numbers.items()}}

"""Statistics over backbones and body parts: ranks, heterogeneity, and variance over seeds."""

from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.analysis.resampled_cells import Method, ResampledCells
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.strategies import STRATEGIES
from classifiers.catalogue import learns
from classifiers.fine_tuning.recipes import END_TO_END
from results.labels import plain_name
from results.ranks import rank_methods
from results.uncertainty import standard_error
from results.variance_components import heterogeneity, seed_spread

Row = dict[str, Any]


def ranks(evaluated: ResampledCells) -> dict[str, Any]:
    """Classifiers on frozen features and fine-tuning, ranked over backbones × body parts: `rank_methods`.

    At the largest size of each body part (of `all` only where it is alone: its patients are those of the
    parts); backbones that lack a method are left out.
    """
    values: dict[tuple[str, str], dict[str, float]] = {}
    sign = -1 if evaluated.lower_is_better else 1
    parts = [part for part in evaluated.largest if part != EVERY_PART] or list(evaluated.largest)
    for part, setting in ((part, evaluated.largest[part]) for part in parts):
        for method, side in evaluated.methods[setting].items():
            if method.strategy not in QUESTION or not learns(method.classifier):
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


def heterogeneity_rows(found: list[Pair]) -> pd.DataFrame:
    """Test whether fine-tuned minus frozen is equal in all body parts, per backbone and training size.

    Columns: backbone, recipe, train_size and those of `results.variance_components.heterogeneity`. `all` is
    no part.
    """
    groups: dict[tuple[str, str, int | str], list[tuple[float, float]]] = {}
    for pair in found:
        difference = pair.over_seeds()
        if pair.comparison == QUESTION and pair.setting.body_part != EVERY_PART and difference:
            group = groups.setdefault((pair.backbone, pair.recipe, pair.setting.train_size), [])
            group.append((difference.value, standard_error(difference)))
    return pd.DataFrame(
        [
            {
                "backbone": backbone,
                "recipe": recipe,
                "train_size": size,
                **heterogeneity([value for value, _ in group], [error for _, error in group]),
            }
            for (backbone, recipe, size), group in groups.items()
            if len(group) > 1
        ]
    )


def spread_rows(evaluated: ResampledCells) -> pd.DataFrame:
    """Standard deviations over seeds and over test patients, per setting and compared method.

    Columns: strategy, backbone, classifier, body_part, train_size, images and those of `seed_spread`. Only
    where there are two seeds or more.
    """
    rows = []
    for setting, chosen in evaluated.chosen.items():
        for method, side in chosen.items():
            if len(side) > 1:
                found = list(evaluated.by_seed(side).values())
                rows.append({**method._asdict(), **setting._asdict(), **seed_spread(found)})
    return pd.DataFrame(rows)

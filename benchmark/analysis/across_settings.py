"""What holds over backbones and body parts: ranks, heterogeneity, and the spread over seeds."""

from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import TUNED_FROZEN, Pair
from benchmark.analysis.resampled_cells import Study
from benchmark.datasets.names import EVERY_PART
from classifiers.names import MAJORITY
from results.labels import plain_name
from results.ranks import rank_methods
from results.uncertainty import standard_error
from results.variance_components import heterogeneity, seed_spread

Row = dict[str, Any]
FINE_TUNED = "fine-tuned"


def ranks(study: Study) -> dict[str, Any]:
    """Classifiers on frozen features and fine-tuning, ranked over backbones × body parts: `rank_methods`.

    At the largest size of each body part (of `all` only where it is alone: its patients are those of the
    parts); backbones that lack a method are left out.
    """
    values: dict[tuple[str, str], dict[str, float]] = {}
    sign = -1 if study.lower_is_better else 1
    parts = [part for part in study.largest if part != EVERY_PART] or list(study.largest)
    for part, setting in ((part, study.largest[part]) for part in parts):
        for method, side in study.methods[setting].items():
            if method.strategy == "hand_crafted" or method.classifier == MAJORITY:
                continue
            name = FINE_TUNED if method.strategy == "fine_tuning" else plain_name(method.classifier)
            values.setdefault((method.backbone, part), {})[name] = sign * study.over_seeds(side).value
    return rank_methods(pd.DataFrame.from_dict(values, orient="index"))


def heterogeneity_rows(found: list[Pair]) -> pd.DataFrame:
    """Whether fine-tuned minus frozen is the same in all body parts, per backbone and training size.

    Columns: backbone, train_size and those of `results.variance_components.heterogeneity`. `all` is no part.
    """
    groups: dict[tuple[str, int | str], list[tuple[float, float]]] = {}
    for pair in found:
        difference = pair.over_seeds()
        if pair.comparison == TUNED_FROZEN and pair.setting.body_part != EVERY_PART and difference:
            group = groups.setdefault((pair.backbone, pair.setting.train_size), [])
            group.append((difference.value, standard_error(difference)))
    return pd.DataFrame(
        [
            {
                "backbone": backbone,
                "train_size": size,
                **heterogeneity([value for value, _ in group], [error for _, error in group]),
            }
            for (backbone, size), group in groups.items()
            if len(group) > 1
        ]
    )


def spread_rows(study: Study) -> pd.DataFrame:
    """The spread over seeds apart from that over test patients, per setting and chosen method.

    Columns: strategy, backbone, classifier, body_part, train_size, images and those of `seed_spread`. Only
    where there are two seeds or more.
    """
    rows = []
    for setting, chosen in study.chosen.items():
        for method, side in chosen.items():
            if len(side) > 1:
                found = [study.resampled[record["cell"]] for record in side.values()]
                rows.append({**method._asdict(), **setting._asdict(), **seed_spread(found)})
    return pd.DataFrame(rows)

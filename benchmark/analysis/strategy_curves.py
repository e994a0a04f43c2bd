"""The lines of the learning curves: each strategy per backbone, and over the backbones that it shares."""

from typing import Any

from benchmark.analysis.resampled_cells import EVERY_BACKBONE, Study
from results.comparison import mean_of

Row = dict[str, Any]


def strategy_points(study: Study) -> list[Row]:
    """A point per strategy, backbone and setting, over seeds, with its interval.

    Rows: backbone (EVERY_BACKBONE first, where several are both frozen and fine-tuned; empty for
    hand-crafted), strategy, body_part, train_images, value, low, high. Of the backbones those are there
    that are both frozen and fine-tuned, or all, where none is.
    """
    names = _compared(study)
    rows: list[Row] = []
    for backbone in [*([EVERY_BACKBONE] if len(names) > 1 else []), *names, ""]:
        for setting, chosen in study.chosen.items():
            wanted = names if backbone == EVERY_BACKBONE else [backbone]
            for strategy in ("feature_extraction", "fine_tuning", "hand_crafted"):
                sides = [s for m, s in chosen.items() if m.strategy == strategy and m.backbone in wanted]
                if len(sides) == len(wanted):
                    point = study.interval(mean_of([study.over_seeds(side) for side in sides]))
                    axes = {"body_part": setting.body_part, "train_images": setting.images}
                    rows.append({"backbone": backbone, "strategy": strategy, **axes, **point})
    return rows


def _compared(study: Study) -> list[str]:
    methods = [method for chosen in study.chosen.values() for method in chosen]
    frozen = dict.fromkeys(m.backbone for m in methods if m.strategy == "feature_extraction")
    tuned = dict.fromkeys(m.backbone for m in methods if m.strategy == "fine_tuning")
    return [name for name in frozen if name in tuned] or [*frozen, *tuned]

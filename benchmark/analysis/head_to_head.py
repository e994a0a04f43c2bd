"""The head-to-head of frozen and fine-tuned, as rows for `run`, `compare` and MLflow."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.analysis.resampled_cells import ResampledCells, Side
from results.comparison import OVER_SEEDS, differences
from results.frames import records
from results.names import CHOSEN

Row = dict[str, Any]
_JUDGEMENT = (
    *("training_sd", "test_sd", "margin", "worse_by", "cost_share", "p_adjusted", "p_equal_adjusted"),
    *("p_not_worse_adjusted", "family", "interim", "detectable", "caution", "verdict"),
)
_UNADJUSTED: Row = dict.fromkeys(_JUDGEMENT)


def head_to_head(evaluated: ResampledCells, found: list[Pair], table: pd.DataFrame) -> list[Row]:
    """Fine-tuned minus frozen for every backbone, recipe, body part and size that a grid has both ways.

    A row holds body_part, backbone, recipe, train_size, train_images, classifier (of the frozen side: CHOSEN,
    or one by itself), seed (or OVER_SEEDS for the means over seeds), classifiers (those taken, by seed),
    frozen, fine_tuned, difference, low, high and p. The rows of CHOSEN over seeds are those of `table`
    (`verdicts.difference_rows`) with the parts of the variance, margin, adjusted p-values and verdict. The
    others are unadjusted and carry None there: no verdict rests on them.
    """
    asked = [pair for pair in found if pair.comparison == QUESTION]
    if not asked:
        return []
    judged = records(table[table["comparison"] == QUESTION.name])
    rows: list[Row] = []
    for pair, summary in zip(asked, judged, strict=True):
        axes = _axes(pair)
        taken = _taken(pair)
        rows += [
            {**axes, "classifier": CHOSEN, **row, **_UNADJUSTED}
            for row in _differences(evaluated, pair.first, pair.second, taken)
            if row["seed"] != OVER_SEEDS
        ]
        numbers = {name: summary[name] for name in ("difference", "low", "high", "p")}
        judgement = {name: summary[name] for name in _JUDGEMENT}
        sides = {"frozen": summary["first"], "fine_tuned": summary["second"]}
        over = {"classifier": CHOSEN, "seed": OVER_SEEDS, "classifiers": taken}
        rows.append({**axes, **over, **sides, **_defined(numbers | judgement)})
        rows += _each_classifier(evaluated, pair, axes)
    return rows


def _each_classifier(evaluated: ResampledCells, pair: Pair, axes: Row) -> Iterator[Row]:
    """The unadjusted rows of every single frozen classifier."""
    if pair.cells is None:
        return
    for method, side in evaluated.methods[pair.setting].items():
        if (method.strategy, method.backbone) == (QUESTION.first, pair.match.backbone):
            taken = {str(seed): method.classifier for seed in side.keys() & pair.second.keys()}
            for row in _differences(evaluated, evaluated.by_seed(side), pair.second, taken):
                yield {**axes, "classifier": method.classifier, **row, **_UNADJUSTED}


def _differences(evaluated: ResampledCells, first: Any, second: Any, taken: dict[str, str]) -> Iterator[Row]:
    for row in differences(first, second, evaluated.evaluation.confidence, evaluated.limits):
        yield {
            "seed": row["seed"],
            "classifiers": {str(seed): taken[str(seed)] for seed in row["seeds"] if str(seed) in taken},
            "frozen": row["first"],
            "fine_tuned": row["second"],
            **{name: row[name] for name in ("difference", "low", "high", "p")},
        }


def _taken(pair: Pair) -> dict[str, str]:
    """The chosen classifier by seed; empty for a mean over backbones."""
    if pair.cells is None:
        return {}
    frozen: Side = pair.cells[0]
    return {str(seed): frozen[seed].classifier for seed in sorted(frozen.keys() & pair.second.keys())}


def _axes(pair: Pair) -> Row:
    return {
        "body_part": pair.setting.body_part,
        "backbone": pair.match.backbone,
        "recipe": pair.match.recipe,
        "train_size": pair.setting.train_size,
        "train_images": pair.setting.images,
        "seeds": list(pair.difference.seeds),
    }


def _defined(numbers: Row) -> Row:
    """Replace NaN by None, since JSON has no NaN."""
    return {
        name: None if isinstance(value, float) and pd.isna(value) else value
        for name, value in numbers.items()
    }

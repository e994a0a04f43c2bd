"""The head-to-head of frozen, adapted and fine-tuned, as rows for `run`, `compare` and MLflow."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTIONS, BySeed, Comparison, Pair
from benchmark.analysis.resampled_cells import ResampledCells, Side
from results.comparison import OVER_SEEDS, differences
from results.frames import records
from results.names import CHOSEN
from results.verdict import SIDES

Row = dict[str, Any]
_JUDGEMENT = (
    *("training_sd", "test_sd", "margin", "worse_by", "cost_share", "p_adjusted", "p_equal_adjusted"),
    *("p_not_worse_adjusted", "family", "interim", "detectable", "caution", "verdict"),
)
_UNADJUSTED: Row = dict.fromkeys(_JUDGEMENT)


def head_to_head(evaluated: ResampledCells, found: list[Pair], table: pd.DataFrame) -> list[Row]:
    """Every backbone, recipe, body part and size that a grid has two ways: QUESTIONS, one after the other.

    A row holds comparison, body_part, backbone, recipe, train_size, train_images, classifier (of the first
    side: CHOSEN, or one by itself; of an adapted network, the method), seed (or OVER_SEEDS for the means over
    seeds), classifiers (those taken, by seed), both sides (two of frozen, adapted and fine_tuned),
    difference, low, high and p. The rows of CHOSEN over seeds are those of `table`
    (`verdicts.difference_rows`) with the parts of the variance, margin, adjusted p-values and verdict. The
    others are unadjusted and carry None there: no verdict rests on them.
    """
    return [row for asked in QUESTIONS for row in _of_comparison(evaluated, found, table, asked)]


def by_question(rows: Sequence[Row]) -> Iterator[tuple[Comparison, list[Row]]]:
    """The rows of each comparison that there is."""
    for asked in QUESTIONS:
        own = [row for row in rows if row["comparison"] == asked.name]
        if own:
            yield asked, own


def _of_comparison(
    evaluated: ResampledCells, found: list[Pair], table: pd.DataFrame, comparison: Comparison
) -> Iterator[Row]:
    asked = [pair for pair in found if pair.comparison == comparison]
    if not asked:
        return
    first, second = (SIDES[name] for name in comparison)
    judged = records(table[table["comparison"] == comparison.name])
    for pair, summary in zip(asked, judged, strict=True):
        axes = {"comparison": comparison.name, **_axes(pair)}
        taken = _taken(pair)
        for row in _differences(evaluated, pair, pair.first, taken):
            if row["seed"] != OVER_SEEDS:
                yield {**axes, "classifier": CHOSEN, **row, **_UNADJUSTED}
        numbers = {name: summary[name] for name in ("difference", "low", "high", "p")}
        judgement = {name: summary[name] for name in _JUDGEMENT}
        sides = {first: summary["first"], second: summary["second"]}
        over = {"classifier": CHOSEN, "seed": OVER_SEEDS, "classifiers": taken}
        yield {**axes, **over, **sides, **_defined(numbers | judgement)}
        yield from _each_classifier(evaluated, pair, axes)


def _each_classifier(evaluated: ResampledCells, pair: Pair, axes: Row) -> Iterator[Row]:
    """The unadjusted rows of every single classifier (or method) of the first side."""
    if pair.cells is None or pair.match.first[0].variant:
        return
    for method, side in evaluated.methods[pair.setting].items():
        if (method.strategy, method.backbone) == (pair.comparison.first, pair.match.backbone):
            taken = {str(seed): method.classifier for seed in side.keys() & pair.second.keys()}
            for row in _differences(evaluated, pair, evaluated.by_seed(side), taken):
                yield {**axes, "classifier": method.classifier, **row, **_UNADJUSTED}


def _differences(
    evaluated: ResampledCells, pair: Pair, first: BySeed, taken: dict[str, str]
) -> Iterator[Row]:
    names = [SIDES[name] for name in pair.comparison]
    for row in differences(first, pair.second, evaluated.evaluation.confidence, evaluated.limits):
        yield {
            "seed": row["seed"],
            "classifiers": {str(seed): taken[str(seed)] for seed in row["seeds"] if str(seed) in taken},
            names[0]: row["first"],
            names[1]: row["second"],
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

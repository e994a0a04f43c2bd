"""Figures over all methods, parts and sizes: answer, curves, differences, crossovers, ranks, cost, data."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd

from benchmark.analysis.findings import Findings
from benchmark.analysis.headline import rows_of
from benchmark.analysis.label_noise import noise_points
from benchmark.analysis.paired_differences import (
    ADAPTATION,
    BETWEEN_METHODS,
    BETWEEN_RECIPES,
    QUESTIONS,
    Comparison,
    comparisons,
    with_recipe,
)
from benchmark.analysis.resampled_cells import EVERY_BACKBONE
from benchmark.analysis.strategy_curves import strategy_points
from benchmark.analysis.verdicts import over_backbones
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.strategies import STRATEGIES
from results.costs import cost_points
from results.crossover import ALWAYS, BEYOND, is_determined
from results.figures import (
    BodyParts,
    CorruptionLadder,
    CostAccuracy,
    CriticalDifference,
    CrossoverSizes,
    DatasetCounts,
    Drawable,
    ForestPlot,
    HeadToHead,
    HeatMap,
    LabelNoiseCurves,
    LearningCurves,
)
from results.frames import records
from results.labels import covered, metric_label, part_label, percent
from results.published import RADIOLOGIST, comparable
from results.ranks import DESCRIPTION
from results.text import for_file_name
from results.verdict import SIDES, is_significant

Figure = tuple[str, str, Callable[[], Drawable]]  # name, caption, and how: ValueError says why there is none
ANSWER = "answer"  # the name of the figure and of the table on the first screen
_KAPPA = "cohens_kappa"
_CROSSOVER = (
    "Training images at which either side is better: where a {confidence:.0%} band around the difference, "
    "which holds at all measured sizes together (training subsets and test patients), leaves out zero. "
    "Black: the crossover, from which on fine-tuning is ahead, with its interval; without a point where the "
    "interval spans the data. A frame without colours: one seed, no claim about methods."
)
_BODY_PARTS = (
    "{metric}: fine-tuned minus frozen{which} of each body part alone, and moved towards the mean over parts "
    "as far as the part itself is uncertain; {confidence:.0%} intervals over training subsets and test "
    "patients. Below: the mean over parts, and where the true difference of another part is expected."
)
_HEAT_MAP = (
    "Cohen's kappa per {unit} at the largest training size, means over seeds, beside published values of the "
    "same unit and test set."
)
_RANKS = (
    "Average ranks (1: best) of trained networks and of the classifiers on frozen features, over backbones "
    "and body parts at their largest size. Bars join what Friedman's and Nemenyi's tests do not tell apart. "
    + DESCRIPTION
)

_COST = (
    "{metric} against the seconds of one cell, largest training size, means over seeds. Numbered: the Pareto "
    "front, which nothing beats in both."
)


def overview(findings: Findings) -> Iterator[Figure]:
    """Yield (file name, caption, function that makes the figure)."""
    unit = findings.evaluated.evaluation.unit
    yield from _answer(findings)
    yield from _learning_curves(findings)
    for comparison in _compared(findings):
        first, second = (STRATEGIES[name].label for name in comparison)
        caption = (
            f"{_metric(findings)}: {second} minus {first} on the same test patients, means over seeds. "
            "Filled markers: significant after adjustment for the planned comparisons."
        )
        name = f"{for_file_name(second)}_minus_{for_file_name(first)}".replace("-", "_")
        yield name, caption, partial(_forest, findings, comparison, first, second)
    confidence = findings.evaluated.evaluation.confidence
    yield from _body_parts(findings)
    yield "crossover_sizes", _CROSSOVER.format(confidence=confidence), partial(_crossovers, findings)
    yield "heat_map_kappa", _HEAT_MAP.format(unit=unit), partial(_heat_map, findings)
    yield "critical_difference", _RANKS, partial(_ranks, findings)
    yield from _corruption_ladder(findings)
    yield from _label_noise(findings)
    yield "cost_accuracy", _COST.format(metric=_metric(findings)), partial(_cost, findings)
    yield "data_set", "The training pool and the test set.", partial(_counts, findings)


def _compared(findings: Findings) -> list[Comparison]:
    """The comparisons of strategies, and those of recipes and with adaptation where the grid has them."""
    found = set(findings.differences["comparison"]) if len(findings.differences) else set()
    asked = [*comparisons(), BETWEEN_RECIPES, BETWEEN_METHODS]
    return [one for one in asked if one.name in found or (one.first != one.second and ADAPTATION not in one)]


def _metric(findings: Findings) -> str:
    evaluation = findings.evaluated.evaluation
    return metric_label(evaluation.primary, evaluation.unit)


def _answer(findings: Findings) -> Iterator[Figure]:
    """Both curves of the main part, and their difference, for the first question that the grid asks."""
    confidence = findings.evaluated.evaluation.confidence
    question = next((one for one in QUESTIONS if rows_of(findings.differences, one)), QUESTIONS[0])
    part = part_label(findings.main_part)
    caption = (
        f"{part[:1].upper()}{part[1:]}: {_metric(findings)} by training images (above); "
        f"{question.difference} with its {percent(confidence)} interval (below)."
    )
    yield ANSWER, caption, partial(_head_to_head, findings, question)


def _head_to_head(findings: Findings, question: Comparison) -> HeadToHead:
    evaluation = findings.evaluated.evaluation
    first, second = (SIDES[strategy] for strategy in question)
    rows = [
        row | {first: row["first"], second: row["second"], "train_images": row["images"]}
        for row in rows_of(findings.differences, question)
        if row["body_part"] == findings.main_part
    ]
    if not rows:
        raise ValueError("no network is used in two ways, frozen, adapted or fine-tuned")
    return HeadToHead(rows, f"{evaluation.unit} {evaluation.primary}", "")


def _learning_curves(findings: Findings) -> Iterator[Figure]:
    """Over all backbones that can be compared; then, where these are several, each by itself."""
    evaluation = findings.evaluated.evaluation
    points = strategy_points(findings.evaluated)
    backbones = [name for name in dict.fromkeys(row["backbone"] for row in points) if name] or [""]
    for backbone in backbones:
        rows = [row for row in points if row["backbone"] in (backbone, "")]
        name = "learning_curves" if backbone == backbones[0] else f"learning_curves_{for_file_name(backbone)}"
        what = "mean of the networks both frozen and fine-tuned" if backbone == EVERY_BACKBONE else backbone
        caption = (
            f"{_metric(findings)} by training images{': ' * bool(what)}{what}. Means over seeds; bands: "
            f"{evaluation.confidence:.0%} interval over {covered(len(findings.plan.grid.seeds))}."
        )
        yield name, caption, partial(LearningCurves, rows, evaluation.primary, evaluation.unit)


def _forest(findings: Findings, comparison: Comparison, first: str, second: str) -> ForestPlot:
    rows = findings.differences
    rows = rows[rows["comparison"] == comparison.name] if len(rows) else rows
    if not len(rows):
        raise ValueError(f"no body part and size has both {first} and {second} results")
    evaluation = findings.evaluated.evaluation
    rows = with_recipe(
        rows.assign(significant=[is_significant(p, evaluation.level) for p in rows["p_adjusted"]])
    )
    return ForestPlot(rows, evaluation.primary, evaluation.unit, first, second)


def _body_parts(findings: Findings) -> Iterator[Figure]:
    """One per backbone and recipe, or only for the mean over backbones where there is one."""
    evaluation = findings.evaluated.evaluation
    if not len(findings.shrunken):
        reason = "no network is both frozen and fine-tuned in two body parts with two seeds"
        yield "body_parts", "", partial(_refuse, reason)
        return
    parts, together = (with_recipe(over_backbones(t)) for t in (findings.shrunken, findings.together))
    names = list(dict.fromkeys(parts["backbone"]))
    for name in names:
        caption = _BODY_PARTS.format(
            metric=_metric(findings), which=f" ({name})" * (len(names) > 1), confidence=evaluation.confidence
        )
        own, common = (rows[rows["backbone"] == name] for rows in (parts, together))
        slug_of = "body_parts" if name == names[0] else f"body_parts_{for_file_name(name)}"
        yield slug_of, caption, partial(BodyParts, own, common, evaluation.primary, evaluation.unit)


def _corruption_ladder(findings: Findings) -> Iterator[Figure]:
    """Where the test set was corrupted: of the main body part at its largest size."""
    if not len(findings.ladder):
        return
    evaluation = findings.evaluated.evaluation
    own = findings.ladder[findings.ladder["body_part"] == findings.main_part]
    caption = (
        f"{_metric(findings)} on corrupted copies of the test set, largest training size, means over seeds; "
        f"bands: {evaluation.confidence:.0%} intervals. Nothing was chosen on them."
    )
    make = partial(CorruptionLadder, own, evaluation.primary, evaluation.unit)
    yield "corruption_ladder", caption, make


def _label_noise(findings: Findings) -> Iterator[Figure]:
    """Where training labels were flipped: each body part at its largest size."""
    if not len(findings.noise):
        return
    evaluation = findings.evaluated.evaluation
    caption = (
        f"{_metric(findings)} by the share of training patients whose labels are wrong on purpose, largest "
        f"training size, means over seeds; bands: {evaluation.confidence:.0%} intervals. Test labels are as "
        "they are."
    )
    points = noise_points(findings.noise)
    yield "label_noise", caption, partial(LabelNoiseCurves, points, evaluation.primary, evaluation.unit)


def _refuse(reason: str) -> Drawable:
    raise ValueError(reason)


def _crossovers(findings: Findings) -> CrossoverSizes:
    table = findings.crossovers
    if not len(table):
        raise ValueError("no network is both frozen and fine-tuned at two training sizes")
    over = table["backbone"] == EVERY_BACKBONE
    rows = table[over if over.any() else table["backbone"] == table["backbone"].iloc[0]]
    recipes = rows["recipe"].map(lambda recipe: f" · {recipe}" if recipe else "")
    named = rows.assign(body_part=rows["body_part"] + recipes)
    return CrossoverSizes([_with_open_ends(row) for row in records(named)])


def _with_open_ends(row: dict[str, Any]) -> dict[str, Any]:
    """A crossover as its figure takes it: 0 before the data, infinity beyond, None where not determined."""
    ends = {ALWAYS: 0.0, BEYOND: float("inf")}
    return {
        **{name: row[name] for name in ("body_part", "zones", "smallest", "largest")},
        "size": ends.get(row["status"], row["value"]) if is_determined(row) else None,
        "low": ends.get(row["low_status"], row["low"]),
        "high": ends.get(row["high_status"], row["high"]),
    }


def _heat_map(findings: Findings) -> HeatMap:
    evaluated, first = findings.evaluated, findings.evaluated.finished[0]
    if _KAPPA not in first.metrics[evaluated.evaluation.unit]:
        raise ValueError("Cohen's kappa is of one class an image, not of several findings")
    rows = []
    for part, setting in evaluated.largest.items():
        for method, side in evaluated.chosen[setting].items():
            values = [r.bounded(evaluated.evaluation.unit, _KAPPA).value for r in side.values()]
            known = [value for value in values if value is not None]
            mean = sum(known) / len(known) if len(known) == len(values) else None
            name = " · ".join(filter(None, (method.backbone, method.variant))) or "chosen"
            rows.append({"strategy": method.strategy, "name": name, "body_part": part, "value": mean})
    published = comparable(
        dataset=first.dataset,
        protocol=first.protocol,
        evaluated_on=first.evaluated_on,
        unit=evaluated.evaluation.unit,
        metric=_KAPPA,
        body_parts=evaluated.largest,
    )
    return HeatMap(
        rows, _KAPPA, evaluated.evaluation.unit, _single_networks(published, len(evaluated.largest))
    )


def _single_networks(published: pd.DataFrame, parts: int) -> pd.DataFrame:
    """Published values of radiologists and single networks that cover all of the report's body parts."""
    rows = published[published["method"].isin([RADIOLOGIST, "feature_extraction", "fine_tuning"])]
    key = ["method", "backbone", "classifier", "citation"]
    rows = rows.drop_duplicates([*key, "body_part"], keep="last")
    return rows[rows.groupby(key)["body_part"].transform("nunique") == parts]


def _ranks(findings: Findings) -> CriticalDifference:
    ranks = findings.ranks
    if ranks["reason"]:
        raise ValueError(ranks["reason"])
    rows = [{"name": name, "rank": rank} for name, rank in ranks["average_ranks"].items()]
    test = f"Friedman's p = {ranks['friedman']['p']:.2g}; bars: Nemenyi's test; description only"
    note = f"{ranks['blocks']} blocks; {test}"
    return CriticalDifference(rows, ranks["groups"], ranks["critical_difference"], note)


def _cost(findings: Findings) -> CostAccuracy:
    rows = findings.cost
    rows = rows[rows["body_part"] == findings.main_part]
    points = cost_points(records(rows.astype(object).where(rows.notna(), None)))
    if not points:
        raise ValueError("the records are older than the costs that are recorded today")
    evaluation = findings.evaluated.evaluation
    return CostAccuracy(points, evaluation.primary, evaluation.unit)


def _counts(findings: Findings) -> DatasetCounts:
    rows = findings.counts
    if not len(rows):
        raise ValueError("the labels have several classes: their counts are in the table of classes")
    parts = rows[rows["body_part"] != EVERY_PART]
    return DatasetCounts(parts if len(parts) else rows)

"""Scores of the controls beside those of the methods that they control, with their interpretation."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from benchmark.analysis.resampled_cells import Method, ResampledCells, Setting, Side
from benchmark.execution.plan import Plan
from benchmark.grid.cells import Cell
from benchmark.grid.strategy import Extractor
from classifiers.names import MAJORITY
from extractors.specs import BackboneSpec, networks_of
from results.labels import plain_name
from results.metric_lookup import metric_named
from results.names import BODY_PART, LEAKY_SPLIT, MAJORITY_CONTROL, RANDOM_WEIGHTS, SHUFFLED_LABELS

_SHOWS = {
    SHUFFLED_LABELS: "the studies' labels were shuffled before training and testing, so that nothing can be "
    "learnt",
    RANDOM_WEIGHTS: "networks with random weights: the difference from them is what pretraining adds",
    MAJORITY_CONTROL: "the share of positives in training for every image: the score of a constant guess",
    BODY_PART: "the prediction from the body part alone, since some parts are abnormal more often: only the "
    "difference from it was seen in the image",
    LEAKY_SPLIT: "the same methods with single images drawn for the test set, so that patients are on both "
    "sides: a result that is too good",
}


class _Found(NamedTuple):
    """One control: a method at a setting, and the resampled cells that hold it."""

    control: str
    evaluated: ResampledCells
    setting: Setting
    method: Method
    side: Side


def control_rows(evaluated: ResampledCells, controls: ResampledCells, plan: Plan) -> pd.DataFrame:
    """One row per control, method and setting, over its seeds; `controls` holds the cells of controls alone.

    Columns: control, method, body_part, train_size, value, low, high and own_value: the mean of the same
    method without the control over the same seeds (None where it has none). What a grid has already as one
    of its own methods (the majority, a network with random weights) stands there as well, where the grid
    asks for that control.
    """
    cells = {planned.cell.id: planned.cell for planned in plan.cells}
    found = [*_added(controls), *_own_majority(evaluated, plan), *_own_untrained(evaluated, plan, cells)]
    order, parts = list(_SHOWS), plan.grid.body_parts
    found.sort(key=lambda one: (order.index(one.control), parts.index(one.setting.body_part)))
    return pd.DataFrame(
        [
            {
                "control": one.control,
                "method": _name(one),
                "body_part": one.setting.body_part,
                "train_size": one.setting.train_size,
                **one.evaluated.interval(one.evaluated.over_seeds(one.side)),
                "own_value": _own_value(evaluated, one, cells),
            }
            for one in found
        ]
    )


def controls_text(rows: pd.DataFrame, metric: str) -> str:
    """The interpretation of each control, as a Markdown list for `results.page.Prose`."""
    lines = []
    for control in dict.fromkeys(rows["control"]):
        held = _held(rows[rows["control"] == control], metric) if control == SHUFFLED_LABELS else ""
        lines.append(f"- **{plain_name(control).capitalize()}**: {_SHOWS[control]}{held}.")
    return "\n".join(lines)


def _held(rows: pd.DataFrame, metric: str) -> str:
    """Count the rows whose interval contains the metric's value at chance."""
    known = rows[rows["low"].notna()]
    chance = metric_named(metric).chance
    if chance is None or known.empty:
        return ""
    holding = int(((known["low"] <= chance) & (chance <= known["high"])).sum())
    return f". The interval should hold {chance:g}, but for a few by chance: {holding} of {len(known)} do"


def _added(controls: ResampledCells) -> Iterator[_Found]:
    for control in dict.fromkeys(record.control for record in controls.finished):
        one = replace(controls, finished=[r for r in controls.finished if r.control == control])
        for setting, sides in one.methods.items():
            for method, side in sides.items():
                yield _Found(control, one, setting, method, side)


def _own_majority(evaluated: ResampledCells, plan: Plan) -> Iterator[_Found]:
    """The grid's own majority baseline, once per setting, since it ignores the extractor."""
    for setting, sides in evaluated.methods.items():
        own = [method for method in sides if method.classifier == MAJORITY]
        if own and MAJORITY_CONTROL in plan.grid.controls:
            yield _Found(MAJORITY_CONTROL, evaluated, setting, own[0], sides[own[0]])


def _own_untrained(evaluated: ResampledCells, plan: Plan, cells: Mapping[str, Cell]) -> Iterator[_Found]:
    """The grid's own networks with random weights at the largest size, if it also has them pretrained."""
    if RANDOM_WEIGHTS not in plan.grid.controls:
        return
    for setting in evaluated.largest.values():
        for method, side in evaluated.methods[setting].items():
            spec = cells[_any_cell(side)].extractor
            random = isinstance(spec, BackboneSpec) and spec.weights == "random"
            if random and method.classifier != MAJORITY and _trained(method, spec, cells):
                yield _Found(RANDOM_WEIGHTS, evaluated, setting, method, side)


def _name(found: _Found) -> str:
    """The control's name in tables: its method, or the classifier of an image-free control."""
    own = found.control in (MAJORITY_CONTROL, BODY_PART)
    return plain_name(found.method.classifier) if own else found.method.name


def _own_value(evaluated: ResampledCells, found: _Found, cells: Mapping[str, Cell]) -> float | None:
    """The mean score of the same method without the control, over the seeds that both have."""
    own = _own_method(found, cells)
    for setting, sides in evaluated.methods.items():
        if setting[:2] == found.setting[:2] and own in sides:  # body part and size as the grid says them
            seeds = found.side.keys() & sides[own].keys()
            return evaluated.over_seeds(sides[own], seeds).value if seeds else None
    return None


def _own_method(found: _Found, cells: Mapping[str, Cell]) -> Method | None:
    if found.control in (MAJORITY_CONTROL, BODY_PART):
        return None
    if found.control != RANDOM_WEIGHTS:
        return found.method
    return _trained(found.method, cells[_any_cell(found.side)].extractor, cells)


def _trained(method: Method, untrained: Extractor, cells: Mapping[str, Cell]) -> Method | None:
    """The same method with pretrained weights: the grid's first network of that name."""
    asked = dict.fromkeys(cell.extractor for cell in cells.values() if cell.strategy == method.strategy)
    networks = [spec for spec in asked if isinstance(spec, BackboneSpec) and spec.weights != "random"]
    own = [(spec.name, spec.chosen) for spec in networks_of(untrained)]
    labels = [spec.label for spec in networks if (spec.name, spec.chosen) in own]
    return method._replace(backbone=labels[0]) if labels else None


def _any_cell(side: Side) -> str:
    return next(iter(side.values())).cell

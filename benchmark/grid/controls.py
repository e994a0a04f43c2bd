"""The cells of a grid's controls: negative controls, and one with deliberate leakage."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from itertools import product

import pandas as pd

from benchmark.datasets.label_noise import noise_name
from benchmark.datasets.names import EVERY_PART
from benchmark.datasets.splits import is_leaky
from benchmark.grid.cells import (
    Cell,
    LeftOut,
    cells_of,
    check_labels,
    methods_of,
    reason_to_leave_out,
)
from benchmark.grid.image_free import NO_IMAGE, NoImage
from benchmark.grid.schema import Grid
from benchmark.grid.strategies import Method
from classifiers.catalogue import learns
from classifiers.names import MAJORITY
from extractors.sources import RANDOM, why_fixed
from extractors.specs import BackboneSpec
from results.names import BODY_PART, LEAKY_SPLIT, MAJORITY_CONTROL, RANDOM_WEIGHTS

CONTROLS_VERSION = 1  # raise it when a control gives different numbers
PoolSize = Callable[[str, str], int]  # training images of a (body part, control)


def expand_controls(
    grid: Grid, images: pd.DataFrame, pool_size: PoolSize
) -> tuple[list[Cell], list[LeftOut]]:
    """List the cells of a grid's controls, and the cells left out.

    `images` are the rows of the manifest. Except for the majority control, a control has cells only at the
    largest training size of each body part; so have the cells with label noise, which are listed with them.
    Raises UserError for two networks with one name.
    """
    reason_of = cache(partial(_uninformative_reason, grid, images))
    cells: list[Cell] = []
    left_out: list[LeftOut] = []
    noise = [noise_name(share) for share in grid.noise.share if share] if grid.noise else []
    for control in (*grid.controls, *noise):
        for method in _methods(grid, control):
            for cell in cells_of(grid, method, _points(grid, control, pool_size), control):
                reason = reason_of(control, cell.body_part) or reason_to_leave_out(
                    cell, grid, pool_size(cell.body_part, control)
                )
                if reason:
                    left_out.append(LeftOut(cell, reason))
                else:
                    cells.append(cell)
    return cells, left_out


def largest_size(grid: Grid, pool: int) -> int | str | None:
    """The largest training size of a grid that fits `pool` images; None when none fits."""
    if "full" in grid.train_sizes:
        return "full"
    return max((size for size in grid.train_sizes if isinstance(size, int) and size <= pool), default=None)


def _points(grid: Grid, control: str, pool_size: PoolSize) -> list[tuple[str, int | str]]:
    if control == MAJORITY_CONTROL:
        return list(product(grid.body_parts, grid.train_sizes))
    largest = {part: largest_size(grid, pool_size(part, "")) for part in grid.body_parts}
    return [(part, size) for part, size in largest.items() if size is not None]


def _methods(grid: Grid, control: str) -> list[Method]:
    """The methods of a control: the grid's own, its networks with random weights, or one without images."""
    own = methods_of(grid)
    if control == RANDOM_WEIGHTS:
        return _with_random_weights(grid, own)
    if control == MAJORITY_CONTROL:
        exists = any(MAJORITY in method.classifiers for method in own)
        return [] if exists else [Method(NO_IMAGE, NoImage("nothing"), (MAJORITY,))]
    if control == BODY_PART:
        return [Method(NO_IMAGE, NoImage("body_part"), ("logistic_regression",))]
    return [_without_majority(method) for method in own]


def _without_majority(method: Method) -> Method:
    """The method without baselines that do not learn (the majority)."""
    return replace(method, classifiers=tuple(filter(learns, method.classifiers)))


def _with_random_weights(grid: Grid, own: list[Method]) -> list[Method]:
    """The grid's networks with random weights, except those that the grid itself has with random weights."""
    extractors = [method.extractor for method in own]
    networks = [one for one in extractors if isinstance(one, BackboneSpec)]
    known = {(one.name, *one.chosen.items()): one for one in networks if one.weights == RANDOM}
    found = list(own)
    for method in map(_without_majority, own):
        if isinstance(method.extractor, BackboneSpec) and not why_fixed(method.extractor.name):
            fresh = replace(method.extractor, weights=RANDOM, label="")
            spec = known.setdefault((fresh.name, *fresh.chosen.items()), fresh)
            if not any((other.strategy, other.extractor) == (method.strategy, spec) for other in found):
                found.append(replace(method, extractor=spec))
    check_labels(grid, found)
    return found[len(own) :]


def _uninformative_reason(grid: Grid, images: pd.DataFrame, control: str, part: str) -> str:
    """Why a control is not informative for this body part; empty when it is."""
    shown = images if part == EVERY_PART else images[images["body_part"] == part]
    if control == BODY_PART and shown["body_part"].nunique() == 1:
        return f"every image of '{part}' shows the same body part, so the control is constant"
    if control == LEAKY_SPLIT and is_leaky(grid.dataset.protocol):
        return "the grid's own split is by image already"
    if control == LEAKY_SPLIT and shown["patient"].is_unique:
        return "each patient has one image, so a split by image cannot leak"
    return ""

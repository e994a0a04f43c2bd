"""Does it look at the right place? Maps of kept models against known boxes, per body part and size."""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.paired_differences import ADAPTATION, QUESTION
from benchmark.analysis.resampled_cells import Method, ResampledCells, Setting, Side
from benchmark.datasets.boxes import Boxes, read_boxes
from benchmark.errors import UserError
from benchmark.execution.plan import Plan
from benchmark.prediction.localisation import (
    CENTRE,
    CHANCE,
    CORRELATION,
    OWN,
    MarkedImages,
    marked_images,
    measured,
)
from benchmark.store.record import Finished
from benchmark.store.records import Records
from classifiers.catalogue import learns
from results.comparison import compare
from results.estimates import estimate
from results.evaluation import plain
from results.localisation import MEASURES
from results.uncertainty import Resampled, patient_weights

_LIMITS = (0.0, 1.0)
_log = logging.getLogger(__name__)
_Frames = Mapping[int, pd.DataFrame]  # seed -> `localisation.measured`


def localisation_rows(plan: Plan, evaluated: ResampledCells, device: str = "auto") -> pd.DataFrame:
    """A row per setting, measure and method that training folds chose, if its models are kept; over seeds.

    Columns: body_part, train_size, images, patients (of them), strategy, backbone, classifier, seeds, marked
    (test images with a box), marked_patients, measure (of `results.localisation`), value, low, high; `centre`
    and `chance`, what a map of the middle and random maps have; `gain` over the middle with gain_low and
    gain_high; `ahead`, of a fine-tuned network before the same one frozen, with ahead_low and ahead_high,
    else None; and `correlation` with the maps of random weights, the mean over images. Intervals are over
    test patients and seeds, not adjusted for their number. Without boxes or kept models there is no row. A
    model that cannot be used is left out, with a warning.
    """
    cells = {setting: _kept(evaluated, sides) for setting, sides in evaluated.chosen.items()}
    boxes = read_boxes(plan.manifest) if any(cells.values()) else Boxes({})
    if not boxes.by_image:
        return pd.DataFrame()
    images, asked = plan.manifest.images["image"].iloc[plan.test], plan.grid.image
    marked = marked_images(plan.manifest.root, boxes, images, asked.size, asked.fit, asked.window)
    look = partial(_measured, evaluated.records, marked, boxes, device)
    rows: list[dict[str, Any]] = []
    for setting, sides in cells.items():
        frames = {method: dict(look(side)) for method, side in sides.items()}
        rows += _rows(evaluated, setting, {method: found for method, found in frames.items() if found}, sides)
    return pd.DataFrame(rows)


def _kept(evaluated: ResampledCells, sides: Mapping[Method, Side]) -> dict[Method, Side]:
    """The cells with a kept model; never a baseline that does not learn, which looks at no image."""

    def usable(record: Finished) -> bool:
        return learns(record.classifier) and evaluated.records.has_model(record.cell)

    kept = {m: {seed: record for seed, record in side.items() if usable(record)} for m, side in sides.items()}
    return {method: side for method, side in kept.items() if side}


def _measured(
    records: Records, marked: MarkedImages, boxes: Boxes, device: str, side: Side
) -> Iterator[tuple[int, pd.DataFrame]]:
    """(seed, what its maps found), of the cells whose model can be used and whose test set has boxes."""
    for seed, record in side.items():
        try:
            frame = measured(records, record, marked, boxes, device)
        except UserError as error:
            _log.warning("left out of the comparison with known places: %s", error)
            continue
        if len(frame):
            yield seed, frame


def _rows(
    evaluated: ResampledCells,
    setting: Setting,
    frames: Mapping[Method, _Frames],
    sides: Mapping[Method, Side],
) -> Iterator[dict[str, Any]]:
    """The rows of one body part and size."""
    confidence = evaluated.evaluation.confidence
    for (method, found), measure in product(frames.items(), MEASURES):
        own, centre = (_resampled(evaluated, found, f"{side}_{measure}") for side in (OWN, CENTRE))
        share, first = evaluated.pool_share(sides[method]), next(iter(found.values()))
        value = estimate(own, share)
        low, high = value.interval(confidence, _LIMITS)
        frozen = _frozen(method, frames)
        before = _resampled(evaluated, frozen, f"{OWN}_{measure}") if frozen else {}
        yield {
            **setting._asdict(),
            **method._asdict(),
            "seeds": len(found),
            "marked": len(first),
            "marked_patients": first["patient"].nunique(),
            "measure": measure,
            **{"value": value.value, "low": plain(low), "high": plain(high)},
            "centre": first[f"{CENTRE}_{measure}"].mean(),
            "chance": first[f"{CHANCE}_{measure}"].mean(),
            **_difference("gain", centre, own, share, confidence),
            **_difference("ahead", before, own, share, confidence),
            CORRELATION: plain(float(pd.concat(found.values())[CORRELATION].mean())),
        }


def _frozen(method: Method, frames: Mapping[Method, _Frames]) -> _Frames | None:
    """What the maps of the same network found where it is frozen."""
    if method.strategy not in (QUESTION.second, ADAPTATION):
        return None
    return next(
        (f for m, f in frames.items() if (m.strategy, m.backbone) == (QUESTION.first, method.backbone)), None
    )


def _difference(
    name: str,
    first: Mapping[int, Resampled],
    second: Mapping[int, Resampled],
    share: float,
    confidence: float,
) -> dict[str, float | None]:
    """Second minus first with its interval, paired by patients and seeds; None where there is no pair."""
    if not first.keys() & second.keys():
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    found = compare(first, second, _LIMITS, share)
    low, high = found.interval(confidence)
    return {name: plain(found.value), f"{name}_low": plain(low), f"{name}_high": plain(high)}


def _resampled(evaluated: ResampledCells, frames: _Frames, column: str) -> dict[int, Resampled]:
    """The mean of a column over images, in every resampling of their patients, by seed."""
    found = {}
    for seed, frame in frames.items():
        values = frame[column].to_numpy(np.float64)
        weights = patient_weights(frame["patient"].to_numpy(dtype=object), evaluated.evaluation.resamples)
        total = weights.sum(axis=0, dtype=np.float64)
        drawn = values @ weights / total
        found[seed] = Resampled(float(values.mean()), drawn, frame["patient"].nunique())
    return found

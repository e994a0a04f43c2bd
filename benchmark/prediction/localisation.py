"""How well a kept model's maps find abnormalities of known place: measured once, and kept with the cell."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmark.datasets.boxes import Boxes
from benchmark.prediction.explanation import contributions_of, heat_of, randomised_contributions_of
from benchmark.prediction.feature_maps import Maps
from benchmark.store.kept_models import KeptModel, read_model
from benchmark.store.record import Finished
from benchmark.store.records import Records
from extractors.array_store import write_atomically
from extractors.digests import digest_of
from extractors.errors import reason
from extractors.percentiles import Window
from extractors.pixels import UnreadableImageError, box_pixels, decode
from results.localisation import MEASURES, by_chance, centre_map

_VERSION = 1  # raise it when maps or measures give other numbers
_FILE = "localisation.json"
_AT_ONCE = 64  # images whose maps are made together; chosen by hand
OWN, CENTRE, CHANCE, CORRELATION = "own", "centre", "chance", "correlation"
COLUMNS = [*(f"{side}_{name}" for side in (OWN, CENTRE, CHANCE) for name in MEASURES), CORRELATION]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class MarkedImages:
    """Images with a known place: `pixels` (n, size, size) uint8, and which of them lie `inside` its box."""

    names: tuple[str, ...]
    pixels: NDArray[np.uint8]
    inside: NDArray[np.bool_]


def marked_images(
    root: Path, boxes: Boxes, images: Iterable[str], size: int, fit: str, window: Window | None
) -> MarkedImages:
    """Those of these images that have a box which the decoded square shows, decoded as the model sees them.

    An image that cannot be read is left out, with a warning.
    """
    found = []
    for name in images:
        if name in boxes.by_image:
            try:
                inside = box_pixels(root / name, boxes.by_image[name], size, fit)
                if inside.any():
                    found.append((name, decode(root / name, size, fit, window), inside))
            except UnreadableImageError as error:
                _log.warning("%s", error)
    names, pixels, masks = zip(*found, strict=True) if found else ((), (), ())
    shape = -1, size, size
    return MarkedImages(
        names, np.array(pixels, np.uint8).reshape(shape), np.array(masks, bool).reshape(shape)
    )


def measured(
    records: Records, record: Finished, marked: MarkedImages, boxes: Boxes, device: str = "auto"
) -> pd.DataFrame:
    """A row per marked test image of a cell with a kept model: image, patient and COLUMNS.

    `own_`, `centre_` and `chance_` with a measure of `results.localisation` are those of the model's map, of
    a map of the middle, and of random maps. `correlation` is Spearman's, of the model's map and of that of
    the same network with random weights; NaN where there is none. The values are read from the cell's folder
    where they are there already. Raises UserError for a model that cannot be used.
    """
    patients = records.read_predictions(record).set_index("image")["patient"]
    rows = [row for row, name in enumerate(marked.names) if name in patients.index]
    names = [marked.names[row] for row in rows]
    key = digest_of([_VERSION, record.predictions_sha256, boxes.digest, list(names)])
    path = records.cell_folder(record.cell) / _FILE
    values = _read(path, key)
    if values is None:
        values = _values(read_model(records, record), marked.pixels[rows], marked.inside[rows], device)
        _write(path, key, values)
    known = {"image": names, "patient": patients[names].to_numpy(dtype=object)}
    return pd.DataFrame(known).join(pd.DataFrame(values, columns=COLUMNS))


def _values(
    model: KeptModel, pixels: NDArray[np.uint8], inside: NDArray[np.bool_], device: str
) -> NDArray[np.float64]:
    """(n, COLUMNS)."""
    contributions = contributions_of(model, device)
    randomised = randomised_contributions_of(model, device)
    centre, found = centre_map(model.size, model.size), []
    for start in range(0, len(pixels), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        maps = contributions(pixels[some])
        others = randomised(pixels[some]) if randomised else [None] * len(maps)
        heats = heat_of(maps, model.size)
        for one, other, heat, mask in zip(maps, others, heats, inside[some], strict=True):
            sides = (
                {name: measure(side, mask) for name, measure in MEASURES.items()} for side in (heat, centre)
            )
            chance = by_chance(mask)
            found.append(
                [*(side[name] for side in (*sides, chance) for name in MEASURES), _likeness(one, other)]
            )
    return np.array(found).reshape(-1, len(COLUMNS))


def _likeness(one: Maps, other: Maps | None) -> float:
    """Spearman's correlation of the places of two maps; NaN without a second, or where one is constant."""
    if other is None or not np.ptp(one) or not np.ptp(other):
        return float("nan")
    return float(spearmanr(one.ravel(), other.ravel()).statistic)


def _read(path: Path, key: str) -> NDArray[np.float64] | None:
    """The values that `_write` wrote with this key; None where absent, outdated or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["key"] != key:
            return None
        return np.array(content["values"], dtype=np.float64).reshape(-1, len(COLUMNS))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("%s is damaged and is computed again: %s", path, reason(error))
        return None


def _write(path: Path, key: str, values: NDArray[np.float64]) -> None:
    """Write the values; in a read-only folder a warning is logged."""
    rows = [[None if np.isnan(value) else float(value) for value in row] for row in values]
    try:
        write_atomically(path, json.dumps({"key": key, "values": rows}))
    except OSError as error:
        _log.warning("%s cannot be written: %s", path, reason(error))

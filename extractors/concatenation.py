"""Embeddings side by side: a stored array with the columns of the embeddings of several backbones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from extractors.array_store import PartialArray, StoredArray
from extractors.embeddings import CHUNK, stored_embedding
from extractors.specs import BETWEEN, ConcatSpec, embedding_folder

_SUMS = ("milliseconds_per_image", "kwh_per_image", "bytes_on_disk")  # of the cost
_NAMES = ("engine", "engine_version")  # one per part; of other facts: the largest, or each name once


def concatenated(
    cache: Path, pixels: StoredArray, spec: ConcatSpec, parts: Sequence[StoredArray]
) -> StoredArray:
    """The embeddings `parts` of a spec's backbones side by side, (n_images, sum of widths) float32.

    It is stored beside them, unless that was done before; its cost per image is the sum of theirs.
    """
    folder = embedding_folder(cache, pixels.digest, spec)
    with FileLock(f"{folder}.lock"):
        stored = stored_embedding(folder, pixels)
        return stored if stored is not None and _is_of(stored, parts) else _joined(folder, spec, parts)


def _is_of(stored: StoredArray, parts: Sequence[StoredArray]) -> bool:
    return stored.meta.get("parts") == [part.digest for part in parts]


def _joined(folder: Path, spec: ConcatSpec, parts: Sequence[StoredArray]) -> StoredArray:
    shape = len(parts[0].data), sum(part.data.shape[1] for part in parts)
    PartialArray(folder, shape, np.float32, CHUNK).discard()  # of other parts, cut off
    whole = PartialArray(folder, shape, np.float32, CHUNK)
    for rows in list(whole.pending):
        whole.write(rows, np.hstack([part.data[rows] for part in parts]))
    return whole.finish(
        parts[0].ids,
        extractor=spec.identity(),
        pixels=parts[0].meta["pixels"],
        parts=[part.digest for part in parts],
        cost=_cost([part.meta["cost"] for part in parts]),
        renamed="; ".join(dict.fromkeys(how for part in parts if (how := part.meta.get("renamed")))),
    )


def _cost(costs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The cost per image of all parts: sums of time, energy and size, of memory the largest."""
    return {name: _together(name, [cost.get(name) for cost in costs]) for name in costs[0]}


def _together(name: str, values: Sequence[Any]) -> Any:
    if name in _NAMES:
        return BETWEEN.join(map(str, values))
    if any(value is None for value in values):
        return None
    if name in _SUMS:
        return sum(values)
    return BETWEEN.join(dict.fromkeys(values)) if isinstance(values[0], str) else max(values)

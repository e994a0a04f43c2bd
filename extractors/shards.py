"""Embeddings that several processes or machines compute: each takes some rows, which are put together."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from extractors.array_store import PartialArray, StoredArray
from extractors.embedding_problem import problem_of
from extractors.embeddings import CHUNK, Failure, stored_embedding
from extractors.specs import PlainExtractor, embedding_folder

ROWS = 64 * CHUNK  # of a shard, at most; whole chunks, so that networks see the same batches as in one pass
_MEANS = ("milliseconds_per_image", "kwh_per_image")  # of the cost; of other numbers the largest is taken


def shards_of(pixels: StoredArray, workers: int) -> list[slice]:
    """The rows of each shard: about four shards for each worker, of ROWS rows at most.

    The last one takes the rest, so that none is so small that it is embedded in another way than the whole.
    """
    count = len(pixels.data)
    chunks = min(ROWS // CHUNK, max(1, count // (4 * max(1, workers) * CHUNK)))
    starts = list(range(0, max(1, count - CHUNK + 1), chunks * CHUNK))
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], count], strict=True)]


def shard(pixels: StoredArray, rows: slice) -> StoredArray:
    """Some of the pixels, with a digest of their own."""
    digest = f"{pixels.digest} {rows.start}-{rows.stop}"
    return StoredArray(pixels.folder, pixels.data[rows], pixels.ids[rows], digest, pixels.meta)


def join(
    cache: Path, pixels: StoredArray, extractor: PlainExtractor, rows: Sequence[slice]
) -> StoredArray | Failure:
    """The embedding of all pixels from those of the shards, which are deleted.

    It is a Failure when a shard is not there any more.
    """
    folder = embedding_folder(cache, pixels.digest, extractor)
    with FileLock(f"{folder}.lock"):
        found = stored_embedding(folder, pixels) or _joined(cache, folder, pixels, extractor, rows)
    if isinstance(found, StoredArray):
        for one in rows:
            part = embedding_folder(cache, shard(pixels, one).digest, extractor)
            shutil.rmtree(part, ignore_errors=True)
            Path(f"{part}.lock").unlink(missing_ok=True)
    return found


def _joined(
    cache: Path, folder: Path, pixels: StoredArray, extractor: PlainExtractor, rows: Sequence[slice]
) -> StoredArray | Failure:
    parts = []
    for one in rows:
        own = shard(pixels, one)
        part = stored_embedding(embedding_folder(cache, own.digest, extractor), own)
        if part is None:
            lost = ValueError(f"the rows {one.start} to {one.stop} were deleted; run again")
            return Failure(extractor, lost)
        parts.append(part)
    shape, dtype = (len(pixels.data), *parts[0].data.shape[1:]), parts[0].data.dtype
    PartialArray(folder, shape, dtype, CHUNK).discard()  # of a pass that was cut off
    whole = PartialArray(folder, shape, dtype, CHUNK)
    for one, part in zip(rows, parts, strict=True):
        whole.write(one, part.data)
    if problem := problem_of(whole.values()):
        whole.discard()
        return Failure(extractor, ValueError(f"'{extractor.label}' {problem}"))
    meta = {name: parts[0].meta.get(name, "") for name in ("extractor", "renamed", "licence")}
    return whole.finish(pixels.ids, pixels=pixels.digest, cost=_cost(parts), **meta)


def _cost(parts: Sequence[StoredArray]) -> dict[str, Any]:
    """The cost per image over all shards; of memory the largest, of names those of the first."""
    costs = [part.meta["cost"] for part in parts]
    found = dict(costs[0])
    weights = [len(part.data) for part in parts]
    for name, value in found.items():
        values = [cost.get(name) for cost in costs]
        if any(one is None for one in values):
            found[name] = None
        elif name in _MEANS:
            found[name] = float(np.average(values, weights=weights))
        elif isinstance(value, int):
            found[name] = max(values)
    return found

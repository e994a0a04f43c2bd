"""Embed images on several devices or machines: an item is some rows for one extractor."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.execution.executors import Executor
from benchmark.execution.job import Job
from extractors.embeddings import Failure, load_embeddings, stored_embedding
from extractors.shards import join, shard, shards_of
from extractors.specs import DescriptorSpec, PlainExtractor, embedding_folder

Told = Callable[[str, int], None]  # callback (label of the extractor, rows just done)


@dataclass(frozen=True)
class Rows:
    """Rows of the pixels, and the extractor that embeds them."""

    extractor: PlainExtractor
    rows: slice

    def arrays(self, job: Job) -> list[Path]:
        """The folders of the stored arrays that it needs."""
        return [job.pixels_folder]

    def moved(self, arrays: Mapping[Path, Path]) -> "Rows":
        """The same: its pixels are the job's."""
        return self


def embed_shards(
    extractors: Sequence[PlainExtractor], job: Job, executor: Executor, progress: Told
) -> dict[str, Failure]:
    """Bring each extractor's embedding into the cache; returns the failures, by label.

    Only on workers that see the workspace; where one does not, nothing is done, and the caller embeds.
    """
    absent = [one for one in extractors if not _is_there(one, job)]
    if not absent or not executor.sees_workspace(job):
        return {}
    slices = shards_of(job.pixels, executor.workers())
    failures: dict[str, Failure] = {}
    networks = [one for one in absent if not isinstance(one, DescriptorSpec)]
    descriptors = [one for one in absent if isinstance(one, DescriptorSpec)]
    for some, gpu in ((networks, True), (descriptors, False)):
        items = [Rows(one, rows) for one in some for rows in slices]
        for item, failure in executor.map(embed_rows, items, job, gpu=gpu):
            if failure is not None:
                failures[item.extractor.label] = failure
            progress(item.extractor.label, item.rows.stop - item.rows.start)
    for one in absent:
        if one.label not in failures:
            joined = join(job.cache, job.pixels, one, slices)
            if isinstance(joined, Failure):
                failures[one.label] = joined
    return failures


def embed_rows(item: Rows, job: Job) -> tuple[Rows, Failure | None]:
    """Embed some rows into the cache; another process that does so at the same time is waited for."""
    threads = job.threads if isinstance(item.extractor, DescriptorSpec) else job.device_threads
    own = shard(job.pixels, item.rows)
    (found,) = load_embeddings(
        job.cache, own, [item.extractor], device=job.device, engine=job.engine, jobs=threads, part=True
    )
    return item, _portable(found) if isinstance(found, Failure) else None


def _portable(failure: Failure) -> Failure:
    """The failure with an exception that another process can read: a library's own may not be."""
    try:
        pickle.loads(pickle.dumps(failure.cause))
    except Exception:
        return Failure(failure.extractor, RuntimeError(failure.error))
    return failure


def _is_there(extractor: PlainExtractor, job: Job) -> bool:
    folder = embedding_folder(job.cache, job.pixels.digest, extractor)
    return stored_embedding(folder, job.pixels) is not None

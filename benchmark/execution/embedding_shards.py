"""Embed images on several devices, machines or processes: an item is some rows for one extractor."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmark.execution.executors import Executor, LocalExecutor, Share, available_cores
from benchmark.execution.job import Job
from extractors.embeddings import Failure, load_embeddings, stored_embedding
from extractors.ready_networks import LoadNetwork, ready_network, same_network
from extractors.shards import join, shard, shards_of
from extractors.specs import DescriptorSpec, PlainExtractor, embedding_folder

# From this many cores on, a second process is taken to be faster than more threads of one network; and each
# process must have so many images that its start pays. Guesses: no machine with more cores has been at hand.
CORES_OF_PROCESS = 8
ROWS_OF_PROCESS = 2_048

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
    # local workers end with the embedding, and so does a network that they keep for their next shard
    work = partial(embed_rows, load=same_network if isinstance(executor, LocalExecutor) else ready_network)
    networks = [one for one in absent if not isinstance(one, DescriptorSpec)]
    descriptors = [one for one in absent if isinstance(one, DescriptorSpec)]
    for some, gpu in ((networks, True), (descriptors, False)):
        items = [Rows(one, rows) for one in some for rows in slices]
        for item, failure in executor.map(work, items, job, gpu=gpu):
            if failure is not None:
                failures[item.extractor.label] = failure
            progress(item.extractor.label, item.rows.stop - item.rows.start)
    for one in absent:
        if one.label not in failures:
            joined = join(job.cache, job.pixels, one, slices)
            if isinstance(joined, Failure):
                failures[one.label] = joined
    return failures


def embed_in_processes(
    extractors: Sequence[PlainExtractor], job: Job, processes: int, progress: Told
) -> dict[str, Failure]:
    """As `embed_shards`, by processes of this machine's CPU that share its cores; descriptors are left.

    Raises UserError when one of them is killed; the shards that it had embedded are kept.
    """
    executor = LocalExecutor(Share(1, 1), ("",) * processes)  # none of them sees a GPU
    own = replace(job, device_threads=executor.threads(gpu=True))
    networks = [one for one in extractors if not isinstance(one, DescriptorSpec)]
    return embed_shards(networks, own, executor, progress)


def processes_on_cpu(images: int, asked: int | None) -> int:
    """How many processes embed so many images on the CPU: as asked for, else by CORES_OF_PROCESS."""
    return asked or max(1, min(available_cores() // CORES_OF_PROCESS, images // ROWS_OF_PROCESS))


def embed_rows(item: Rows, job: Job, load: LoadNetwork = ready_network) -> tuple[Rows, Failure | None]:
    """Embed some rows into the cache; another process that does so at the same time is waited for."""
    threads = job.threads if isinstance(item.extractor, DescriptorSpec) else job.device_threads
    own = shard(job.pixels, item.rows)
    (found,) = load_embeddings(
        job.cache,
        own,
        [item.extractor],
        device=job.device,
        engine=job.engine,
        jobs=threads,
        part=True,
        load=load,
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

"""The embedding cache: one row per image and extractor, computed in a pass over the pixels."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from extractors.array_store import PartialArray, StoredArray, read_array
from extractors.backbones import Backbone, embed, size_of
from extractors.devices import begin_peak_memory, device_name, peak_memory, torch_threads
from extractors.embedding_cost import EmbeddingCost
from extractors.embedding_problem import problem_of
from extractors.engines import AUTO
from extractors.errors import reason
from extractors.handcrafted import describe, describe_timed
from extractors.ready_networks import LoadNetwork, ready_network
from extractors.resource_usage import Usage, measured
from extractors.sources import source_of
from extractors.specs import BackboneSpec, DescriptorSpec, PlainExtractor, TokensSpec, embedding_folder
from extractors.token_arrays import embed_tokens, token_shape

CHUNK = 256  # images that are embedded and written at once; chosen by hand
_BLOCK_BYTES = 2**28  # of pixels that are embedded at once on an accelerator, which waits between blocks
EmbeddingProgress = Callable[[str, int], None]  # (label of the extractor, rows just done)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Place:
    """Where extractors are run: the device and engine of networks, and the threads or processes."""

    device: str
    engine: str
    jobs: int
    part: bool  # the pixels are some of a data set's
    load: LoadNetwork


@dataclass(frozen=True)
class Failure:
    """An extractor that could not be run, and the exception that stopped it."""

    extractor: PlainExtractor
    cause: Exception

    @property
    def error(self) -> str:
        """The reason in one line, after the exception's type unless that is ValueError."""
        name, text = type(self.cause).__name__, reason(self.cause)
        return text if isinstance(self.cause, ValueError) or text == name else f"{name}: {text}"


@dataclass
class _Filling:
    """An extractor whose embedding is being computed; a descriptor when `backbone` is None."""

    extractor: PlainExtractor
    partial: PartialArray
    backbone: Backbone | None = None
    spent: EmbeddingCost = field(default_factory=EmbeddingCost)
    failure: Failure | None = None

    def wants(self, rows: slice) -> int:
        """How many of these rows are still to be computed."""
        pending = [] if self.failure else self.partial.pending_in(rows)
        return sum(one.stop - one.start for one in pending)

    @contextmanager
    def keeping_failure(self) -> Iterator[None]:
        """Catch an exception of the block and store it as this extractor's failure."""
        try:
            yield
        except Exception as error:  # third-party networks and descriptors may raise anything
            self.failure = _failure(self.extractor, error)


def load_embeddings(
    cache: Path,
    pixels: StoredArray,
    extractors: Sequence[PlainExtractor],
    *,
    device: str = "auto",
    engine: str = AUTO,
    jobs: int = 1,
    part: bool = False,
    load: LoadNetwork = ready_network,
    progress: EmbeddingProgress = lambda label, rows: None,
) -> Iterator[StoredArray | Failure]:
    """The embedding of every extractor, in order: from the cache, or by a pass over the pixels for each.

    Each is an (n_images, width) float32 memory map whose `ids` are the images of `pixels`; of a TokensSpec
    (n_images, tokens, width) float16, by torch. Stored bytes and ids are checked; damaged embeddings, and
    those of other images, are computed again. An extractor that raises an exception gives a Failure and
    does not stop the others. A killed pass continues at the chunk that it had reached. `part` says that the
    pixels are some of a data set's (`shards`). `load` makes networks ready: they are run by `engine` where
    it agrees with torch (`engines.agreement`), which the embedding notes and its folder does not depend on.
    """
    folders = {id(extractor): embedding_folder(cache, pixels.digest, extractor) for extractor in extractors}
    with ExitStack() as locks:
        for folder in sorted(set(folders.values())):  # one order for all processes: no deadlock
            folder.parent.mkdir(parents=True, exist_ok=True)
            locks.enter_context(FileLock(f"{folder}.lock"))
        known: dict[Path, StoredArray | Failure] = {
            folder: stored
            for folder in folders.values()
            if (stored := stored_embedding(folder, pixels)) is not None
        }
        absent = [e for e in extractors if folders[id(e)] not in known]
        if absent:
            place = _Place(device, engine, jobs, part, load)
            known |= _fill(pixels, [(e, folders[id(e)]) for e in absent], place, progress)
    yield from (known[folders[id(extractor)]] for extractor in extractors)


def stored_embedding(folder: Path, pixels: StoredArray) -> StoredArray | None:
    """The stored embedding of these pixels, row by row; None when absent, damaged or of other images."""
    stored = read_array(folder)
    if stored is not None and stored.ids != pixels.ids:
        _LOG.warning("%s holds other images than the pixels; it is computed again", folder)
        return None
    return stored if stored is None or isinstance(stored.meta.get("cost"), dict) else None


def _fill(
    pixels: StoredArray,
    wanted: Sequence[tuple[PlainExtractor, Path]],
    place: _Place,
    progress: EmbeddingProgress,
) -> dict[Path, StoredArray | Failure]:
    """Run one network after the other, so that memory holds one; then the descriptors, which share work."""
    described = [one for one in wanted if isinstance(one[0], DescriptorSpec)]
    passes = [[one] for one in wanted if not isinstance(one[0], DescriptorSpec)]
    filled: dict[Path, StoredArray | Failure] = {}
    with torch_threads(place.jobs):
        for together in [*passes, described]:
            filled |= _pass(pixels, together, place, progress)
    return filled


def _pass(
    pixels: StoredArray,
    together: Sequence[tuple[PlainExtractor, Path]],
    place: _Place,
    progress: EmbeddingProgress,
) -> dict[Path, StoredArray | Failure]:
    """One pass over the pixels by a network, or by several descriptors."""
    filled: dict[Path, StoredArray | Failure] = {}
    fillings: list[_Filling] = []
    for extractor, folder in together:
        begun = _begin(extractor, folder, pixels, place, progress)
        if isinstance(begun, Failure):
            filled[folder] = begun
        else:
            fillings.append(begun)
    with measured() as used:
        step = _rows_at_once(fillings, pixels) if fillings else len(pixels.data)
        for start in range(0, len(pixels.data), step):
            rows = slice(start, min(start + step, len(pixels.data)))
            _fill_rows([f for f in fillings if f.wants(rows)], rows, pixels, place.jobs, progress)
    return filled | {
        filling.partial.folder: _finish(filling, pixels, used, part=place.part) for filling in fillings
    }


def _rows_at_once(fillings: Sequence[_Filling], pixels: StoredArray) -> int:
    """A chunk; as many chunks as _BLOCK_BYTES hold where a network runs on an accelerator."""
    if all(filling.backbone is None or filling.backbone.device.type == "cpu" for filling in fillings):
        return CHUNK
    arrays = [pixels.data, *(filling.partial.values() for filling in fillings)]
    row_bytes = max(int(array[0].nbytes) for array in arrays)
    return CHUNK * max(1, _BLOCK_BYTES // (CHUNK * row_bytes))


def _begin(
    extractor: PlainExtractor,
    folder: Path,
    pixels: StoredArray,
    place: _Place,
    progress: EmbeddingProgress,
) -> _Filling | Failure:
    """Build the extractor and open its partial array, which may hold rows of an earlier process."""
    try:
        if isinstance(extractor, BackboneSpec) and (vectors := source_of(extractor.name).vectors):
            given = vectors(extractor.resolved(), pixels.ids)
            partial = _partial(folder, pixels, extractor, given.shape[1:], progress)
            for rows in partial.pending:
                partial.write(rows, given[rows])
                progress(extractor.label, rows.stop - rows.start)
            return _Filling(extractor, partial)
        if isinstance(extractor, BackboneSpec | TokensSpec):
            backbone = place.load(extractor, pixels, place.device, place.engine)
            tokens = isinstance(extractor, TokensSpec)
            shape = token_shape(backbone, pixels.data.shape[1]) if tokens else (backbone.width,)
            partial = _partial(folder, pixels, extractor, shape, progress)
            disk = size_of(backbone.network)
            spent = EmbeddingCost(device_name(backbone.device), place.jobs, disk, backbone.engine)
            return _Filling(extractor, partial, backbone, spent)
        partial = _partial(folder, pixels, extractor, (_descriptor_width(extractor, pixels),), progress)
        return _Filling(extractor, partial, spent=EmbeddingCost(threads=place.jobs))
    except Exception as error:  # third-party networks and descriptors may raise anything
        return _failure(extractor, error)


def _fill_rows(
    fillings: Sequence[_Filling], rows: slice, pixels: StoredArray, jobs: int, progress: EmbeddingProgress
) -> None:
    """Embed a chunk of images, or several, with each of these extractors."""
    chunk = pixels.data[rows]
    for filling in fillings:
        if filling.backbone:
            new = filling.wants(rows)
            with filling.keeping_failure():
                filling.partial.write(rows, _embed(filling, filling.backbone, chunk))
            progress(filling.extractor.label, new)
    described = [filling for filling in fillings if not filling.backbone]
    if not described:
        return
    chunk = np.array(chunk)
    try:
        _describe(described, rows, chunk, jobs, progress)
    except Exception:  # run each descriptor alone to find out which one failed
        _LOG.debug("descriptors failed together", exc_info=True)
        for filling in (filling for filling in described if filling.wants(rows)):
            with filling.keeping_failure():
                _describe([filling], rows, chunk, jobs, progress)


def _describe(
    fillings: Sequence[_Filling],
    rows: slice,
    chunk: NDArray[np.uint8],
    jobs: int,
    progress: EmbeddingProgress,
) -> None:
    """Compute all descriptors of a chunk in one call, since they share a part of the work."""
    vectors, seconds = describe_timed(chunk, [filling.extractor.name for filling in fillings], jobs)
    for filling in fillings:
        name, new = filling.extractor.name, filling.wants(rows)
        filling.partial.write(rows, vectors[name])
        filling.spent.add(len(chunk), seconds[name])
        progress(name, new)


def _embed(filling: _Filling, backbone: Backbone, chunk: NDArray[np.uint8]) -> NDArray[Any]:
    """Embed a chunk; record its seconds and peak device memory (without other networks' memory)."""
    spent, tokens = filling.spent, isinstance(filling.extractor, TokensSpec)
    others = begin_peak_memory(backbone.device) - spent.bytes_on_disk
    began = perf_counter()
    rows = embed_tokens(backbone, chunk) if tokens else embed(backbone, chunk)
    spent.add(len(chunk), perf_counter() - began)
    if peak := peak_memory(backbone.device):
        spent.device_bytes = max(spent.device_bytes or 0, peak - others)
    return rows


def _descriptor_width(descriptor: DescriptorSpec, pixels: StoredArray) -> int:
    blank = np.zeros((1, *pixels.data.shape[1:]), np.uint8)
    vectors = describe(blank, [descriptor.name])[descriptor.name]
    if vectors.ndim != 2:
        raise ValueError(f"descriptor '{descriptor.label}' gives {vectors.shape[1:]}, not a vector per image")
    return int(vectors.shape[1])


def _partial(
    folder: Path,
    pixels: StoredArray,
    extractor: PlainExtractor,
    shape: tuple[int, ...],
    progress: EmbeddingProgress,
) -> PartialArray:
    dtype = np.float16 if isinstance(extractor, TokensSpec) else np.float32
    partial = PartialArray(folder, (len(pixels.data), *shape), dtype, CHUNK)
    progress(extractor.label, len(pixels.data) - sum(rows.stop - rows.start for rows in partial.pending))
    return partial


def _finish(filling: _Filling, pixels: StoredArray, used: Usage, *, part: bool) -> StoredArray | Failure:
    """Finish the array; a Failure for what `problem_of` finds."""
    if filling.failure:
        return filling.failure
    extractor, partial = filling.extractor, filling.partial
    if problem := problem_of(partial.values(), part=part):
        partial.discard()
        return _failure(extractor, ValueError(f"'{extractor.label}' {problem}"))
    return partial.finish(
        pixels.ids,
        extractor=extractor.identity(),
        pixels=pixels.digest,
        cost=filling.spent.cost(used),
        renamed=filling.backbone.renamed if filling.backbone else "",
        licence=filling.backbone.licence if filling.backbone else "",
    )


def _failure(extractor: PlainExtractor, error: Exception) -> Failure:
    _LOG.debug("'%s' failed", extractor.label, exc_info=error)
    return Failure(extractor, error)

"""The embedding cache: one float32 row per image and extractor, filled in one pass over the pixels."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from filelock import FileLock

from extractors.arrays import PartialArray, StoredArray, read_array
from extractors.backbones import Backbone, choose_device, embed, load_backbone, size_of, torch_threads
from extractors.handcrafted import describe
from extractors.specs import BackboneSpec, DescriptorSpec, JsonValue, embedding_folder

CHUNK = 256
AnyExtractor = BackboneSpec | DescriptorSpec
Cost = dict[str, JsonValue]
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Failure:
    """An extractor that could not be run, and why in one line."""

    extractor: AnyExtractor
    error: str


def load_embeddings(
    cache: Path,
    pixels: StoredArray,
    extractors: Sequence[AnyExtractor],
    *,
    device: str = "auto",
    jobs: int = 1,
    progress: Progress = lambda label, rows: None,
) -> Iterator[StoredArray | Failure]:
    """The embedding of every extractor, in order: from the cache, or by one pass over the pixels.

    Each is an (n_images, width) float32 memory map whose `ids` are the images of `pixels`. Stored
    bytes are checked; damaged ones are made again. An extractor that cannot be run gives a Failure
    and does not stop the others. A killed pass continues at the chunk it had reached.
    """
    folders = {id(extractor): embedding_folder(cache, pixels.digest, extractor) for extractor in extractors}
    (cache / "embeddings").mkdir(parents=True, exist_ok=True)
    with ExitStack() as locks:
        for folder in sorted(set(folders.values())):  # one order for all processes: no deadlock
            locks.enter_context(FileLock(f"{folder}.lock"))
        known: dict[Path, StoredArray | Failure] = {
            folder: stored for folder in folders.values() if (stored := read_array(folder)) is not None
        }
        absent = [e for e in extractors if folders[id(e)] not in known]
        if absent:
            known |= _fill(pixels, [(e, folders[id(e)]) for e in absent], device, jobs, progress)
    yield from (known[folders[id(extractor)]] for extractor in extractors)


def _fill(
    pixels: StoredArray,
    wanted: Sequence[tuple[AnyExtractor, Path]],
    device: str,
    jobs: int,
    progress: Progress,
) -> dict[Path, StoredArray | Failure]:
    """Run several extractors over one read of the pixels."""
    filled: dict[Path, StoredArray | Failure] = {}
    networks: list[tuple[Backbone, PartialArray]] = []
    descriptors: list[tuple[DescriptorSpec, PartialArray]] = []
    costs: dict[Path, list[tuple[int, float]]] = defaultdict(list)
    sizes: dict[Path, Cost] = defaultdict(lambda: {"bytes_on_disk": 0})
    with torch_threads(jobs):
        for extractor, folder in wanted:
            try:
                if isinstance(extractor, BackboneSpec):
                    backbone = load_backbone(
                        extractor, size=pixels.data.shape[1], device=choose_device(device)
                    )
                    networks.append((backbone, _partial(folder, pixels, extractor, backbone.width, progress)))
                    sizes[folder] = {"bytes_on_disk": size_of(backbone.network)}
                else:
                    width = _descriptor_width(extractor, pixels)
                    descriptors.append((extractor, _partial(folder, pixels, extractor, width, progress)))
            except ValueError as error:
                filled[folder] = Failure(extractor, str(error))
        for start in range(0, len(pixels.data), CHUNK):
            rows = slice(start, min(start + CHUNK, len(pixels.data)))
            chunk = np.array(pixels.data[rows])
            for backbone, partial in networks:
                if rows in partial.pending:
                    began = perf_counter()
                    partial.write(rows, embed(backbone, chunk))
                    costs[partial.folder].append((len(chunk), perf_counter() - began))
                    progress(backbone.spec.label, len(chunk))
            pending = {spec.name: partial for spec, partial in descriptors if rows in partial.pending}
            began = perf_counter()
            for name, vectors in describe(chunk, list(pending), jobs=jobs).items() if pending else ():
                pending[name].write(rows, vectors)
                costs[pending[name].folder].append((len(chunk), perf_counter() - began))
                progress(name, len(chunk))
    for spec, partial in [(b.spec, p) for b, p in networks] + descriptors:
        filled[partial.folder] = _finish(
            spec, partial, pixels, _cost(costs[partial.folder], spec, device) | sizes[partial.folder]
        )
    return filled


def _descriptor_width(descriptor: DescriptorSpec, pixels: StoredArray) -> int:
    blank = np.zeros((1, *pixels.data.shape[1:]), np.uint8)
    return int(describe(blank, [descriptor.name])[descriptor.name].shape[1])


def _partial(
    folder: Path, pixels: StoredArray, extractor: AnyExtractor, width: int, progress: Progress
) -> PartialArray:
    partial = PartialArray(folder, (len(pixels.data), width), np.float32, CHUNK)
    progress(extractor.label, len(pixels.data) - sum(rows.stop - rows.start for rows in partial.pending))
    return partial


def _cost(chunks: list[tuple[int, float]], extractor: AnyExtractor, device: str) -> Cost:
    """Milliseconds per image of this pass (descriptors of one pass share theirs) and where it ran."""
    images, seconds = sum(n for n, _ in chunks), sum(s for _, s in chunks)
    where = choose_device(device).type if isinstance(extractor, BackboneSpec) else "cpu"
    return {"milliseconds_per_image": round(1000 * seconds / images, 3) if images else None, "device": where}


def _finish(
    extractor: AnyExtractor, partial: PartialArray, pixels: StoredArray, cost: Cost
) -> StoredArray | Failure:
    """Seal the matrix unless its numbers cannot be features."""
    values = partial.values()
    sample = values[:: max(1, len(values) // 512)]
    problem = ""
    if not np.isfinite(values).all():
        problem = "gave values that are not finite numbers"
    elif len(sample) > 1 and not np.ptp(sample, axis=0).any():
        problem = "gives every image the same vector: wrong weights, mean or std, or blank images"
    if problem:
        partial.discard()
        return Failure(extractor, f"'{extractor.label}' {problem}")
    return partial.finish(pixels.ids, extractor=extractor.identity(), pixels=pixels.digest, cost=cost)

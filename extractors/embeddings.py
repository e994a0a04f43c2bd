"""The embedding cache: one float32 row per image and extractor, filled in one pass over the pixels."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from extractors.array_store import PartialArray, StoredArray, read_array
from extractors.backbones import (
    Backbone,
    begin_peak_memory,
    choose_device,
    device_name,
    embed,
    load_backbone,
    peak_memory,
    size_of,
    torch_threads,
)
from extractors.handcrafted import describe, describe_timed
from extractors.resource_usage import Usage, measured
from extractors.specs import BackboneSpec, DescriptorSpec, JsonValue, embedding_folder

CHUNK = 256
AnyExtractor = BackboneSpec | DescriptorSpec
Cost = dict[str, JsonValue]
Progress = Callable[[str, int], None]


@dataclass
class _Spent:
    """What one extractor has taken of a pass."""

    device: str = "cpu"
    threads: int = 1
    bytes_on_disk: int = 0
    images: int = 0
    seconds: float = 0.0
    device_bytes: int | None = None

    def add(self, images: int, seconds: float) -> None:
        self.images += images
        self.seconds += seconds

    def cost(self, used: Usage) -> Cost:
        """Per image, with the mean power of the pass; the peak of memory is that of the whole pass."""
        images, power = self.images, used.power_kw
        return {
            "milliseconds_per_image": round(1000 * self.seconds / images, 3) if images else None,
            "kwh_per_image": self.seconds / 3600 * power / images if images and power is not None else None,
            "peak_memory_bytes": used.peak_memory_bytes,
            "peak_device_memory_bytes": self.device_bytes,
            "device": self.device,
            "threads": self.threads,
            "bytes_on_disk": self.bytes_on_disk,
        }


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
    spent: dict[Path, _Spent] = defaultdict(lambda: _Spent(threads=jobs))
    with torch_threads(jobs):
        for extractor, folder in wanted:
            try:
                if isinstance(extractor, BackboneSpec):
                    backbone = load_backbone(
                        extractor, size=pixels.data.shape[1], device=choose_device(device)
                    )
                    networks.append((backbone, _partial(folder, pixels, extractor, backbone.width, progress)))
                    spent[folder] = _Spent(device_name(backbone.device), jobs, size_of(backbone.network))
                else:
                    width = _descriptor_width(extractor, pixels)
                    descriptors.append((extractor, _partial(folder, pixels, extractor, width, progress)))
            except ValueError as error:
                filled[folder] = Failure(extractor, str(error))
        with measured() as used:
            for start in range(0, len(pixels.data), CHUNK):
                rows = slice(start, min(start + CHUNK, len(pixels.data)))
                chunk = np.array(pixels.data[rows])
                for backbone, partial in networks:
                    if rows in partial.pending:
                        partial.write(rows, _embed(backbone, chunk, spent[partial.folder]))
                        progress(backbone.spec.label, len(chunk))
                pending = {spec.name: partial for spec, partial in descriptors if rows in partial.pending}
                described, seconds = describe_timed(chunk, list(pending), jobs) if pending else ({}, {})
                for name, vectors in described.items():
                    pending[name].write(rows, vectors)
                    spent[pending[name].folder].add(len(chunk), seconds[name])
                    progress(name, len(chunk))
    for spec, partial in [(b.spec, p) for b, p in networks] + descriptors:
        filled[partial.folder] = _finish(spec, partial, pixels, spent[partial.folder].cost(used))
    return filled


def _embed(backbone: Backbone, chunk: NDArray[np.uint8], spent: _Spent) -> NDArray[np.float32]:
    """Embed a chunk and note what it took, on an accelerator as if no other network were there."""
    others = begin_peak_memory(backbone.device) - spent.bytes_on_disk
    began = perf_counter()
    rows = embed(backbone, chunk)
    spent.add(len(chunk), perf_counter() - began)
    if peak := peak_memory(backbone.device):
        spent.device_bytes = max(spent.device_bytes or 0, peak - others)
    return rows


def _descriptor_width(descriptor: DescriptorSpec, pixels: StoredArray) -> int:
    blank = np.zeros((1, *pixels.data.shape[1:]), np.uint8)
    return int(describe(blank, [descriptor.name])[descriptor.name].shape[1])


def _partial(
    folder: Path, pixels: StoredArray, extractor: AnyExtractor, width: int, progress: Progress
) -> PartialArray:
    partial = PartialArray(folder, (len(pixels.data), width), np.float32, CHUNK)
    progress(extractor.label, len(pixels.data) - sum(rows.stop - rows.start for rows in partial.pending))
    return partial


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

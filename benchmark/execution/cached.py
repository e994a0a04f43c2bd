"""The pixels and embeddings that a run has left in the cache, for reading: nothing is decoded or embedded."""

from pathlib import Path

from benchmark.execution.plan import Plan
from benchmark.store.record import Finished
from extractors.array_store import StoredArray, read_array
from extractors.pixels import pixel_folder, read_pixels
from extractors.specs import embedding_folder


def cached_pixels(plan: Plan, record: Finished, cache: Path) -> StoredArray:
    """The pixels (n, size, size) uint8 that a cell was computed on, a row per image of the manifest.

    Raises ValueError when they are not in the cache any more.
    """
    files = record.files_digest or (plan.images.files if plan.images else "")
    image = plan.grid.image
    folder = pixel_folder(cache, files, size=image.size, fit=image.fit, window=image.window)
    stored = read_pixels(folder, _images(plan), image.size)
    if stored is None or stored.digest != record.pixels_digest:
        raise ValueError("the decoded pixels are not in the cache any more")
    return stored


def cached_embedding(plan: Plan, record: Finished, cache: Path) -> StoredArray:
    """The embedding (n, width) float32 that a cell was fitted on, a row per image of the manifest.

    Raises ValueError when it is not in the cache any more, or another has taken its place.
    """
    cells = {planned.cell.id: planned.cell for planned in plan.cells}
    extractor = cells[record.cell].embedding_extractor
    if extractor is None:
        raise ValueError(f"{record.backbone} ({record.strategy}) has no embedding")
    stored = read_array(embedding_folder(cache, record.pixels_digest, extractor))
    if stored is None or stored.ids != _images(plan):
        raise ValueError(f"the embedding of {record.backbone} is not in the cache any more")
    if record.embedding is not None and record.embedding.digest not in (None, stored.digest):
        raise ValueError(
            f"the embedding of {record.backbone} in the cache is not the one that was classified"
        )
    return stored


def _images(plan: Plan) -> list[str]:
    return [str(image) for image in plan.manifest.images["image"]]

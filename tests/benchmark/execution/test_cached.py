"""Pixels and embeddings are read from the cache as they were when a cell was computed, or not at all."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from benchmark.execution.cached import cached_embedding, cached_pixels
from extractors.pixels import decode


def asked(results, strategy="hand_crafted"):
    """(plan, record, cache) of the one cell of a strategy."""
    (record,) = (record for record in results.cells if record.strategy == strategy)
    return results.plan, record, results.answers.cells.records.folder.parent / ".cache"


def test_pixels_are_those_of_the_files_in_the_order_of_the_manifest(pictured):
    plan, record, cache = asked(pictured)
    stored = cached_pixels(plan, record, cache)
    assert len(stored.data) == len(plan.manifest.images)
    for row in (0, 100):
        image = plan.grid.image
        again = decode(plan.manifest.paths()[row], image.size, image.fit, image.window)
        np.testing.assert_array_equal(stored.data[row], again)


def test_embeddings_are_those_that_were_classified(pictured):
    for strategy in ("feature_extraction", "hand_crafted"):
        plan, record, cache = asked(pictured, strategy)
        stored = cached_embedding(plan, record, cache)
        assert stored.digest == record.embedding.digest
        assert stored.data.shape == (len(plan.manifest.images), record.embedding.width)


def test_what_was_deleted_is_missing(pictured_copy):
    plan, record, cache = asked(pictured_copy)
    shutil.rmtree(cache / "embeddings")
    with pytest.raises(ValueError, match="the embedding of glcm is not in the cache any more"):
        cached_embedding(plan, record, cache)
    assert len(cached_pixels(plan, record, cache).data)
    shutil.rmtree(cache / "pixels")
    with pytest.raises(ValueError, match="pixels are not in the cache"):
        cached_pixels(plan, record, cache)


def test_damaged_bytes_are_missing_too(pictured_copy):
    plan, record, cache = asked(pictured_copy)
    path = cached_embedding(plan, record, cache).folder / "data.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not in the cache any more"):
        cached_embedding(plan, record, cache)


def test_those_of_other_images_or_another_embedding_are_refused(pictured):
    plan, record, cache = asked(pictured)
    other = record.model_copy(update={"pixels_digest": "other"})
    with pytest.raises(ValueError, match="pixels are not in the cache"):
        cached_pixels(plan, other, cache)
    changed = record.model_copy(update={"embedding": record.embedding.model_copy(update={"digest": "x"})})
    with pytest.raises(ValueError, match="not the one that was classified"):
        cached_embedding(plan, changed, cache)
    turned = replace(plan, manifest=replace(plan.manifest, images=plan.manifest.images[::-1]))
    with pytest.raises(ValueError, match="not in the cache any more"):
        cached_embedding(turned, record, cache)

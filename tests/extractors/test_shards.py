"""Embeddings in shards: the same values as in one pass."""

import numpy as np
import pytest

from extractors import shards as module
from extractors.array_store import PartialArray
from extractors.embeddings import Failure, load_embeddings
from extractors.shards import join, shard, shards_of
from extractors.specs import BackboneSpec, DescriptorSpec, TokensSpec, embedding_folder


@pytest.fixture
def pixels(tmp_path):
    random = np.random.default_rng(0)
    data = random.integers(0, 256, (600, 32, 32), dtype=np.uint8)
    stored = PartialArray(tmp_path / "pixels", data.shape, np.uint8, 600)
    stored.write(slice(0, 600), data)
    return stored.finish([f"{number}.png" for number in range(600)], unreadable={})


def test_shards_are_whole_chunks_and_hold_every_row(pixels):
    rows = shards_of(pixels, workers=1)
    assert [(one.start, one.stop) for one in rows] == [(0, 256), (256, 600)]
    assert all(one.start % module.CHUNK == 0 for one in rows)


BUNDLED = BackboneSpec("bundled", weights="bundled")


@pytest.mark.parametrize("extractor", [BUNDLED, DescriptorSpec("glcm"), TokensSpec(BUNDLED)])
def test_the_joined_embedding_is_that_of_one_pass(pixels, tmp_path, extractor):
    (whole,) = load_embeddings(tmp_path / "one", pixels, [extractor], device="cpu", engine="torch")
    cache, rows = tmp_path / "many", shards_of(pixels, 1)
    for one in rows:
        list(load_embeddings(cache, shard(pixels, one), [extractor], device="cpu", engine="torch"))
    joined = join(cache, pixels, extractor, rows)
    assert joined.digest == whole.digest
    assert joined.ids == whole.ids
    assert joined.folder.name == whole.folder.name
    assert joined.meta["cost"].keys() == whole.meta["cost"].keys()
    assert joined.meta["cost"]["milliseconds_per_image"] > 0
    assert [path.name for path in joined.folder.parent.iterdir() if path.is_dir()] == [joined.folder.name]
    assert join(cache, pixels, extractor, rows).digest == whole.digest  # it is there already


def test_a_pass_that_was_cut_off_before_is_no_hindrance(pixels, tmp_path):
    extractor, rows = DescriptorSpec("glcm"), shards_of(pixels, 1)
    for one in rows:
        (part,) = load_embeddings(tmp_path, shard(pixels, one), [extractor])
    folder = embedding_folder(tmp_path, pixels.digest, extractor)
    cut_off = PartialArray(folder, (600, part.data.shape[1]), np.float32, module.CHUNK)
    cut_off.write(slice(0, 256), np.zeros((256, part.data.shape[1]), np.float32))
    assert join(tmp_path, pixels, extractor, rows).data[0].any()


def test_a_shard_that_was_deleted_is_a_failure(pixels, tmp_path):
    (tmp_path / "embeddings").mkdir()
    found = join(tmp_path, pixels, DescriptorSpec("glcm"), [slice(0, 600)])
    assert isinstance(found, Failure)
    assert "the rows 0 to 600 were deleted" in found.error


def test_a_shard_of_blank_images_is_no_failure_and_a_whole_of_them_is(tmp_path, pixels):
    data = np.array(pixels.data)
    data[:256] = 0
    for name, values in (("some", data), ("all", np.zeros_like(data))):
        stored = PartialArray(tmp_path / name, data.shape, np.uint8, 600)
        stored.write(slice(0, 600), values)
        blank = stored.finish(pixels.ids, unreadable={})
        extractor, cache, rows = DescriptorSpec("glcm"), tmp_path / f"cache {name}", shards_of(blank, 1)
        for one in rows:
            (found,) = load_embeddings(cache, shard(blank, one), [extractor], part=True)
            assert not isinstance(found, Failure)
        assert isinstance(join(cache, blank, extractor, rows), Failure) == (name == "all")

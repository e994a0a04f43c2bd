"""Embeddings side by side: their columns, their cost, and that nothing is embedded twice."""

import numpy as np
import pytest

from extractors import concatenation
from extractors.concatenation import concatenated
from extractors.embeddings import load_embeddings
from extractors.specs import BackboneSpec, ConcatSpec
from tests.extractors.test_embeddings import stored_pixels

PARTS = (BackboneSpec("mobilenetv3_small_050", "random"), BackboneSpec("bundled", "random"))
SPEC = ConcatSpec(PARTS)


@pytest.fixture
def pixels(tmp_path):
    return stored_pixels(tmp_path)


@pytest.fixture
def parts(tmp_path, pixels):
    return list(load_embeddings(tmp_path / "c", pixels, PARTS, device="cpu"))


def test_it_has_the_columns_of_both_and_the_sum_of_their_costs(tmp_path, pixels, parts):
    found = concatenated(tmp_path / "c", pixels, SPEC, parts)
    assert np.array_equal(found.data, np.hstack([part.data for part in parts]))
    assert found.ids == pixels.ids
    costs = [part.meta["cost"] for part in parts]
    for name in ("milliseconds_per_image", "bytes_on_disk"):
        assert found.meta["cost"][name] == pytest.approx(sum(cost[name] for cost in costs))
    assert found.meta["cost"]["peak_memory_bytes"] == max(cost["peak_memory_bytes"] for cost in costs)
    assert found.meta["cost"]["kwh_per_image"] is None
    assert found.meta["cost"]["device"] == "cpu"
    assert found.meta["cost"]["engine"] == " + ".join(cost["engine"] for cost in costs)


def test_it_is_stored_once_and_made_again_when_a_part_is_another(tmp_path, pixels, parts, monkeypatch):
    first = concatenated(tmp_path / "c", pixels, SPEC, parts)
    real, calls = concatenation._joined, []
    monkeypatch.setattr(concatenation, "_joined", lambda *a: calls.append(a) or real(*a))
    assert concatenated(tmp_path / "c", pixels, SPEC, parts).digest == first.digest
    assert not calls
    swapped = concatenated(tmp_path / "c", pixels, SPEC, parts[::-1])
    assert len(calls) == 1
    assert np.array_equal(swapped.data, np.hstack([part.data for part in parts[::-1]]))


def test_the_order_of_the_parts_is_another_embedding(tmp_path, pixels, parts):
    one = concatenated(tmp_path / "c", pixels, SPEC, parts)
    two = concatenated(tmp_path / "c", pixels, ConcatSpec(PARTS[::-1]), parts[::-1])
    assert one.folder != two.folder

"""The cost of an embedding, from sums over its chunks."""

import pytest

from extractors.embedding_cost import EmbeddingCost
from extractors.resource_usage import Usage


def test_times_are_per_image_and_a_descriptor_has_no_engine():
    cost = EmbeddingCost(threads=2)
    cost.add(30, 2.0)
    cost.add(10, 2.0)
    facts = cost.cost(Usage(seconds=4.0, peak_memory_bytes=7, energy_kwh=0.001))
    assert facts["milliseconds_per_image"] == 100.0
    assert facts["kwh_per_image"] == pytest.approx(0.001 / 40)
    assert (facts["threads"], facts["peak_memory_bytes"]) == (2, 7)
    assert "engine" not in facts


def test_without_images_nothing_is_known_per_image():
    facts = EmbeddingCost(engine="torch").cost(Usage())
    assert facts["milliseconds_per_image"] is None
    assert facts["kwh_per_image"] is None
    assert facts["engine"] == "torch"
    assert facts["engine_version"]

"""Networks that are loaded once for several parts of the same pixels."""

import numpy as np
import pytest

from extractors import ready_networks
from extractors.array_store import StoredArray
from extractors.ready_networks import ready_network, same_network
from extractors.specs import BackboneSpec, TokensSpec

SPEC = BackboneSpec("test_efficientnet", "random")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(ready_networks, "_last", {})


def pixels(tmp_path, size=32):
    return StoredArray(tmp_path, np.zeros((2, size, size), np.uint8), ["a", "b"], "digest", {})


def test_the_next_part_of_the_same_pixels_finds_the_network(tmp_path):
    first = same_network(SPEC, pixels(tmp_path), "cpu", "torch")
    assert (
        same_network(BackboneSpec("test_efficientnet", "random"), pixels(tmp_path), "cpu", "torch") is first
    )
    assert ready_network(SPEC, pixels(tmp_path), "cpu", "torch") is not first


def test_only_the_last_network_is_kept(tmp_path):
    first = same_network(SPEC, pixels(tmp_path), "cpu", "torch")
    for other in ((SPEC, pixels(tmp_path, 64), "cpu", "torch"), (SPEC, pixels(tmp_path), "cpu", "auto")):
        assert same_network(*other) is not first
        assert len(ready_networks._last) == 1


def test_tokens_are_torchs(tmp_path):
    found = ready_network(TokensSpec(SPEC), pixels(tmp_path), "cpu", "onnxruntime")
    assert found.run is None

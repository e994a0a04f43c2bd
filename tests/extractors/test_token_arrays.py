"""Tokens as they are stored: rounded, resumed, of a shape that is known before, and of networks that have them."""

import numpy as np
import pytest
import torch
from torch import nn

from extractors import embeddings, ready_networks
from extractors.backbones import load_backbone, network_input
from extractors.embeddings import Failure, load_embeddings
from extractors.specs import BackboneSpec, TokensSpec, embedding_folder
from extractors.token_arrays import embed_tokens, token_bytes, token_shape
from extractors.tokens import tokens_of
from tests.extractors.test_embeddings import stored_pixels

CPU = torch.device("cpu")
VIT = BackboneSpec("test_vit", "random", model_args={"img_size": 32})
CNN = BackboneSpec("resnet18", "random")


@pytest.mark.parametrize(("spec", "tokens"), [(VIT, 1 + (32 // 16) ** 2), (CNN, (64 // 32) ** 2)])
def test_tokens_are_those_of_the_network_rounded_to_float16(spec, tokens):
    size = 32 if spec is VIT else 64
    pixels = np.random.default_rng(0).integers(0, 256, (3, size, size), dtype=np.uint8)
    backbone = load_backbone(spec, size=size, device=CPU)
    found = embed_tokens(backbone, pixels)
    with torch.inference_mode():
        whole = tokens_of(backbone.network, network_input(backbone, torch.from_numpy(pixels))).values.numpy()
    assert found.dtype == np.float16
    assert found.shape == (3, tokens, whole.shape[2])
    np.testing.assert_allclose(found, whole, rtol=2**-10, atol=1e-6)
    assert token_shape(backbone, size) == found.shape[1:]
    assert token_bytes(spec, size) == found[0].nbytes


def test_layers_side_by_side_give_wider_tokens():
    spec = BackboneSpec("test_vit", "random", model_args={"img_size": 32}, tokens="mean", layers="last_4")
    narrow = token_bytes(VIT, 32)
    assert token_bytes(spec, 32) == 4 * narrow


def test_they_are_stored_apart_and_go_on_after_a_kill_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(embeddings, "CHUNK", 4)
    pixels, spec = stored_pixels(tmp_path), TokensSpec(VIT)
    (whole,) = load_embeddings(tmp_path / "whole", pixels, [spec], device="cpu")
    assert isinstance(whole.data, np.memmap)
    assert (whole.data.dtype, whole.data.shape[:2]) == (np.float16, (10, 5))
    assert whole.folder.parent == tmp_path / "whole" / "tokens"
    assert embedding_folder(tmp_path / "whole", pixels.digest, VIT).parent.name == "embeddings"
    compute, calls = embeddings.embed_tokens, []

    def killed(backbone, chunk):
        calls.append(len(chunk))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return compute(backbone, chunk)

    monkeypatch.setattr(embeddings, "embed_tokens", killed)
    with pytest.raises(KeyboardInterrupt):
        list(load_embeddings(tmp_path / "c", pixels, [spec], device="cpu"))
    (again,) = load_embeddings(tmp_path / "c", pixels, [spec], device="cpu")
    assert calls == [4, 4, 4, 2], "the first chunk was not computed again"
    assert again.digest == whole.digest


def test_a_network_without_tokens_is_one_line_and_the_others_go_on(tmp_path, monkeypatch):
    def loaded(spec, **how):
        backbone = load_backbone(spec, **how)
        if spec.label == "bare":
            object.__setattr__(backbone, "network", nn.Sequential(nn.Flatten(), nn.LazyLinear(4)))
        return backbone

    monkeypatch.setattr(ready_networks, "load_with_tokens", loaded)
    bare = BackboneSpec("test_efficientnet", "random", label="bare")
    found = list(
        load_embeddings(tmp_path, stored_pixels(tmp_path), [TokensSpec(bare), TokensSpec(VIT)], device="cpu")
    )
    assert isinstance(found[0], Failure)
    assert found[0].error.startswith(
        "backbone 'bare': attentive_probe needs tokens: Sequential shows no tokens"
    )
    assert "\n" not in found[0].error
    assert not isinstance(found[1], Failure)


def test_values_beyond_float16_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(
        embeddings, "embed_tokens", lambda backbone, chunk: np.full((len(chunk), 5, 64), np.inf, np.float16)
    )
    (found,) = load_embeddings(tmp_path, stored_pixels(tmp_path), [TokensSpec(VIT)], device="cpu")
    assert "not finite numbers of float16" in found.error


def test_a_file_of_vectors_has_no_tokens(tmp_path):
    spec = BackboneSpec(f"embeddings:{tmp_path / 'vectors.npy'}")
    (found,) = load_embeddings(tmp_path, stored_pixels(tmp_path), [TokensSpec(spec)], device="cpu")
    assert f"backbone '{spec.label}' shows no tokens, which attentive_probe needs: " in found.error
    assert "\n" not in found.error

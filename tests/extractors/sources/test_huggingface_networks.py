import pytest
import torch

from classifiers.fine_tuning.layers import blocks
from extractors.sources.huggingface_networks import NETWORKS, VISION_TOWERS, TransformersNetwork
from extractors.tokens import NoTokensError, tokens_of
from tests.extractors.sources.test_huggingface import KINDS, SIZE, transformers

IMAGES = torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))


def network(kind):
    torch.manual_seed(1)
    config = getattr(transformers, f"{kind}Config")(**KINDS[kind])
    return TransformersNetwork(getattr(transformers, f"{kind}Model")(config).eval())


def test_every_known_kind_is_tested():
    assert set(NETWORKS.values()) == set(KINDS)
    assert set(VISION_TOWERS.values()) <= set(NETWORKS)


@torch.inference_mode()
@pytest.mark.parametrize(
    ("kind", "prefix", "cls"),
    [("Dinov2", 1, True), ("DINOv3ViT", 3, True), ("ViT", 1, True), ("SiglipVision", 0, False)],
)
def test_tokens_are_the_librarys_last_hidden_state(kind, prefix, cls):
    one = network(kind)
    found = tokens_of(one, IMAGES)
    assert (found.prefix, found.cls, found.places.shape[1]) == (prefix, cls, 16)
    torch.testing.assert_close(found.values, one.inner(IMAGES).last_hidden_state, atol=1e-5, rtol=0)


@torch.inference_mode()
def test_clips_class_token_is_normed_as_in_its_pooled_vector():
    one = network("CLIPVision")
    torch.testing.assert_close(tokens_of(one, IMAGES).values[:, 0], one(IMAGES), atol=1e-5, rtol=0)


@torch.inference_mode()
def test_the_last_four_blocks_are_normed_and_lie_side_by_side():
    one = network("Dinov2")
    states = one.inner(IMAGES, output_hidden_states=True).hidden_states
    found = tokens_of(one, IMAGES, 4).values
    assert found.shape == (2, 17, 4 * 32)
    for block in range(3):  # the last of hidden_states may be normed, by the library's version
        torch.testing.assert_close(
            found[..., 32 * block : 32 * (block + 1)], one.inner.layernorm(states[block + 1])
        )
    torch.testing.assert_close(found[..., 96:], one.inner(IMAGES).last_hidden_state)
    with pytest.raises(NoTokensError, match="it has 4 blocks"):
        tokens_of(one, IMAGES, 5)


@torch.inference_mode()
@pytest.mark.parametrize(("kind", "mean"), [("ResNet", True), ("DINOv3ConvNext", False), ("ConvNext", False)])
def test_tokens_of_a_cnn_are_the_places_of_its_feature_map(kind, mean):
    one = network(kind)
    found = tokens_of(one, IMAGES)
    assert (found.prefix, found.cls, found.values.shape) == (0, False, (2, 1, 32))
    if mean:
        torch.testing.assert_close(found.values.mean(1), one(IMAGES))
    with pytest.raises(NoTokensError, match="different widths"):
        tokens_of(one, IMAGES, 4)


@pytest.mark.parametrize(
    ("kind", "last"),
    [("Dinov2", "encoder.layer.3"), ("SiglipVision", "encoder.layers.3"), ("ConvNext", "encoder.stages.3")],
)
def test_fine_tuning_finds_the_blocks(kind, last):
    names = [name for block in blocks(network(kind)) for name in block]
    assert sum("layer." in name or "layers." in name or "stages." in name for name in names) == 4
    assert any(name.endswith(last) for name in names)

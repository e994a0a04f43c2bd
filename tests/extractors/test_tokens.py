import numpy as np
import pytest
import timm
import torch
import torchvision
from torch import nn

from extractors.backbones import embed, load_backbone, network_input
from extractors.specs import BackboneSpec
from extractors.tokens import ChosenTokens, NoTokensError, Tower, tokens_of, with_chosen_tokens

CPU = torch.device("cpu")
VIT = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 4, "num_heads": 2}
IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def vit(**more):
    torch.manual_seed(1)
    return timm.create_model("vit_tiny_patch16_224", num_classes=0, **{**VIT, **more}).eval()


@torch.inference_mode()
def test_tokens_of_timms_transformer():
    network = vit()
    found = tokens_of(network, IMAGES)
    assert (found.values.shape, found.prefix, found.cls) == ((2, 17, 24), 1, True)
    torch.testing.assert_close(found.values[:, 0], network(IMAGES))
    registers = tokens_of(vit(reg_tokens=3), IMAGES)
    assert (registers.prefix, registers.cls, registers.places.shape) == (4, True, (2, 16, 24))
    none = tokens_of(vit(class_token=False, global_pool="avg", fc_norm=False), IMAGES)
    assert (none.prefix, none.cls) == (0, False)


@torch.inference_mode()
def test_the_last_four_blocks_of_timms_transformer_as_dinov2_takes_them():
    network = vit()
    found = tokens_of(network, IMAGES, 4)
    wanted = network.get_intermediate_layers(IMAGES, n=4, norm=True, return_prefix_tokens=True)
    for block, (places, prefix) in enumerate(wanted):
        torch.testing.assert_close(found.values[:, 1:, 24 * block : 24 * (block + 1)], places)
        torch.testing.assert_close(found.values[:, :1, 24 * block : 24 * (block + 1)], prefix)
    with pytest.raises(NoTokensError, match="it has 3 blocks, fewer than the last 4"):
        tokens_of(vit(depth=3), IMAGES, 4)


@torch.inference_mode()
@pytest.mark.parametrize("name", ["resnet10t", "torchvision/resnet18", "swin"])
def test_tokens_of_a_cnn_are_the_places_of_its_last_map(name):
    torch.manual_seed(2)
    if name == "swin":  # places last
        small = {
            "img_size": 32,
            "patch_size": 2,
            "window_size": 2,
            "embed_dim": 12,
            "depths": (1, 1),
            "num_heads": (1, 1),
        }
        network = timm.create_model("swin_tiny_patch4_window7_224", num_classes=0, **small).eval()
    elif name == "resnet10t":
        network = timm.create_model(name, num_classes=0).eval()
    else:
        network = torchvision.models.resnet18(weights=None).eval()
        network.fc = nn.Identity()
    found = tokens_of(network, torch.cat([IMAGES, IMAGES], dim=3)[..., :32] if name == "swin" else IMAGES)
    assert (found.prefix, found.cls) == (0, False)
    torch.testing.assert_close(found.values.mean(1), network(IMAGES), atol=1e-5, rtol=1e-5)
    with pytest.raises(NoTokensError, match="different widths"):
        tokens_of(network, IMAGES, 4)


@torch.inference_mode()
def test_torchvisions_transformer_has_a_class_token():
    torch.manual_seed(3)
    network = torchvision.models.VisionTransformer(32, 8, 2, 2, 24, 48).eval()
    network.heads = nn.Identity()
    found = tokens_of(network, IMAGES)
    assert (found.values.shape, found.cls) == ((2, 17, 24), True)
    torch.testing.assert_close(found.values[:, 0], network(IMAGES))


@pytest.mark.parametrize(
    ("tokens", "layers", "width"),
    [("cls", "last", 24), ("mean", "last", 24), ("cls+mean", "last", 48), ("cls+mean", "last_4", 192)],
)
def test_the_chosen_tokens_are_the_embedding(tokens, layers, width):
    spec = BackboneSpec("vit_tiny_patch16_224", "random", VIT, tokens=tokens, layers=layers)
    backbone = load_backbone(spec, size=32, device=CPU)
    pixels = np.random.default_rng(0).integers(0, 255, (3, 32, 32), dtype=np.uint8)
    with torch.inference_mode():
        found = tokens_of(
            backbone.network, network_input(backbone, torch.from_numpy(pixels)), 4 if "4" in layers else 1
        )
    parts = {"cls": [found.values[:, 0]], "mean": [found.values[:, 1:].mean(1)]}
    expected = torch.cat([part for word in tokens.split("+") for part in parts[word]], dim=1)
    assert backbone.width == width
    np.testing.assert_allclose(embed(backbone, pixels), expected, atol=1e-5)


def test_tokens_that_a_network_lacks_are_one_line():
    with pytest.raises(
        ValueError, match=r"'resnet10t-cls-random': it has no class token: use tokens: mean or pooled$"
    ):
        load_backbone(BackboneSpec("resnet10t", "random", tokens="cls"), size=32, device=CPU)
    with pytest.raises(ValueError, match=r"'resnet10t-mean-last_4-random': its blocks have different widths"):
        load_backbone(
            BackboneSpec("resnet10t", "random", tokens="mean", layers="last_4"), size=32, device=CPU
        )
    with pytest.raises(ValueError, match="DenseNet shows no tokens"):
        load_backbone(BackboneSpec("torchvision/densenet121", "random", tokens="mean"), size=32, device=CPU)


def test_the_networks_own_pooling_leaves_it_as_it_is():
    network = vit()
    assert with_chosen_tokens(network, "pooled", "last") is network
    assert isinstance(with_chosen_tokens(network, "cls", "last"), ChosenTokens)
    with pytest.raises(ValueError, match="only the last layer is pooled"):
        with_chosen_tokens(network, "pooled", "last_4")
    with pytest.raises(ValueError, match="no tokens 'class' of layers 'last'"):
        with_chosen_tokens(network, "class", "last")


def test_a_tower_without_tokens_of_its_own_shows_those_of_the_network_in_it():
    with torch.inference_mode():
        torch.testing.assert_close(tokens_of(Tower(vit()), IMAGES).values, tokens_of(vit(), IMAGES).values)

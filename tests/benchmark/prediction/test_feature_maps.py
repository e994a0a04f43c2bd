"""The last feature map of networks of every shape, and what its places add to a score."""

import numpy as np
import pytest
import timm
import torch
from torch import nn

from benchmark.prediction.feature_maps import gradient_maps, last_map, spread_maps

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
POOLED = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def as_input(pixels):
    return pixels.float().div(255)[:, None]


def convolution():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Conv2d(1, 6, 5, stride=4)


@pytest.mark.parametrize(
    ("name", "module", "axis", "channels"),
    [
        ("resnet10t", "layer4", 1, 512),
        ("mobilenetv3_small_050", "blocks", 1, 288),  # its last convolution comes after the pooling
        ("convnext_atto", "norm_pre", 1, 320),
        ("swin_tiny_patch4_window7_224", "norm", 3, 768),
    ],
)
def test_the_last_map_is_the_one_before_the_pooling(name, module, axis, channels):
    network = timm.create_model(name, num_classes=0).eval()
    size = 224 if name.startswith("swin") else 64
    found = last_map(network, torch.zeros(1, 3, size, size))
    names = [key for key, value in network.named_modules() if found and value is found.module]
    assert found is not None
    assert names == [module]
    assert (found.axis, found.channels) == (axis, channels)


def test_tokens_are_no_map():
    network = timm.create_model("vit_tiny_patch16_224", num_classes=0, depth=1).eval()
    assert last_map(network, torch.zeros(1, 3, 224, 224)) is None


def test_after_average_pooling_the_mean_is_the_linear_score():
    network = nn.Sequential(convolution(), nn.ReLU(inplace=True), POOLED).requires_grad_(False)
    weights = np.random.default_rng(1).normal(size=6).astype(np.float32)
    place = last_map(network, torch.zeros(1, 1, 32, 32))
    assert place is not None
    maps = gradient_maps(
        place, lambda x: network(as_input(x)), lambda v: np.broadcast_to(weights, v.shape), PIXELS
    )
    scores = network(as_input(torch.from_numpy(PIXELS))).numpy() @ weights
    assert maps.shape == (3, 7, 7)
    assert maps.mean(axis=(1, 2)) == pytest.approx(scores, abs=1e-5)


def test_a_change_in_place_after_the_map_is_a_part_of_the_score():
    class Relu(nn.Module):
        def forward(self, x):
            return POOLED(nn.functional.relu(x, inplace=True))  # as in torchvision's DenseNet

    network = nn.Sequential(convolution(), Relu()).requires_grad_(False)
    place = last_map(network, torch.zeros(1, 1, 32, 32))
    assert place is not None
    maps = gradient_maps(place, lambda x: network(as_input(x)), np.ones_like, PIXELS)
    scores = network(as_input(torch.from_numpy(PIXELS))).sum(1).numpy()
    assert maps.mean(axis=(1, 2)) == pytest.approx(scores, abs=1e-5)


def test_what_features_add_is_spread_over_the_places_of_their_channels():
    network = nn.Sequential(convolution(), nn.Sigmoid(), POOLED)
    place = last_map(network, torch.zeros(1, 1, 32, 32))
    assert place is not None
    added = np.zeros((3, 6), np.float32)
    added[:, 2] = 5
    maps = spread_maps(place, lambda x: network(as_input(x)), lambda _: added, PIXELS)
    channel = network[:2](as_input(torch.from_numpy(PIXELS)))[:, 2].detach().numpy()
    assert maps == pytest.approx(5 * channel / channel.mean(axis=(1, 2), keepdims=True), rel=1e-5)


def test_a_channel_that_is_zero_everywhere_has_no_place():
    network = nn.Sequential(convolution(), nn.Threshold(1e9, 0.0), POOLED)
    place = last_map(network, torch.zeros(1, 1, 32, 32))
    assert place is not None
    maps = spread_maps(place, lambda x: network(as_input(x)), np.ones_like, PIXELS)
    assert not maps.any()

"""Stored pixels and tokens as a network's input."""

import torch

from classifiers.fine_tuning.inputs import network_values, stored_values
from extractors.backbones import load_backbone
from tests.classifiers.fine_tuning.tasks import CPU, SPEC


def test_pixels_become_grey_values_of_the_asked_side():
    pixels = torch.full((2, 8, 8), 51, dtype=torch.uint8)
    values = stored_values(pixels, CPU, 4)
    assert values.shape == (2, 1, 4, 4)
    torch.testing.assert_close(values, torch.full((2, 1, 4, 4), 0.2))


def test_tokens_stay_as_they_are_but_for_their_type():
    tokens = torch.randn(2, 5, 8).half()
    values = stored_values(tokens, CPU, None)
    assert values.dtype == torch.float32
    assert torch.equal(values.half(), tokens)


def test_images_are_normalised_and_tokens_are_not():
    backbone = load_backbone(SPEC, size=32, device=CPU)
    assert network_values(backbone, torch.zeros(2, 1, 32, 32)).shape == (2, 3, 32, 32)
    tokens = torch.randn(2, 5, 8)
    assert network_values(backbone, tokens) is tokens

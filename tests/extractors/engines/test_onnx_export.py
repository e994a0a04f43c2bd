import os
import warnings

import onnxruntime
import pytest
import torch
from torch import nn

from extractors.engines.onnx_export import INPUT, OUTPUT, onnx_bytes


class Pooled(nn.Module):
    """Its output size is no factor of 16: the exporter refuses it and would print its graph."""

    def forward(self, batch):
        return nn.functional.adaptive_avg_pool2d(batch, 7).flatten(1)


class Shifted(nn.Module):
    def forward(self, batch):
        warnings.warn("a network that warns", stacklevel=1)
        return batch.mean(dim=(2, 3)) + 1


def test_a_model_takes_any_number_of_images():
    session = onnxruntime.InferenceSession(onnx_bytes(Shifted(), (3, 8, 8)))
    for n in (1, 2, 5):
        images = torch.rand(n, 3, 8, 8)
        (found,) = session.run([OUTPUT], {INPUT: images.numpy()})
        torch.testing.assert_close(torch.from_numpy(found), images.mean((2, 3)) + 1)


def test_an_export_that_fails_prints_nothing(capfd):
    os.write(1, b"before\n")
    with pytest.raises(Exception, match="adaptive_avg_pool2d"):
        onnx_bytes(Pooled(), (3, 16, 16))
    os.write(1, b"after\n")
    assert capfd.readouterr() == ("before\nafter\n", "")


def test_standard_output_may_be_closed():
    kept = os.dup(1)
    os.close(1)
    try:
        assert onnx_bytes(Shifted(), (3, 8, 8))
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def test_the_network_is_as_before():
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    onnx_bytes(network, (3, 8, 8))
    assert not network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())

"""Which parameters BitFit and the training of normalisation take."""

import pytest
import torch
from torch import nn

from classifiers.fine_tuning.few_parameters import few_parameters
from classifiers.fine_tuning.low_rank import add_low_rank
from classifiers.fine_tuning.recipes import Lora
from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec


def network_of(name, size):
    return load_backbone(BackboneSpec(name, "random"), size=size, device=torch.device("cpu")).network


def test_biases_are_those_of_layers_and_of_normalisation():
    names = few_parameters(network_of("test_vit", 160), "bitfit")
    assert {"blocks.0.attn.qkv.bias", "blocks.0.norm1.bias", "patch_embed.proj.bias"} <= set(names)
    assert all(name.endswith("bias") for name in names)


@pytest.mark.parametrize(
    ("name", "size", "one"),
    [("resnet18", 64, "layer1.0.bn1.weight"), ("test_vit", 160, "blocks.0.norm1.weight")],
)
def test_normalisation_is_scale_and_shift_of_its_layers_alone(name, size, one):
    network = network_of(name, size)
    names = few_parameters(network, "norm")
    assert one in names
    known = dict(network.named_parameters())
    assert all(known[name].ndim == 1 for name in names)
    layers = {name.rpartition(".")[0] for name in names}
    assert all("norm" in type(network.get_submodule(layer)).__name__.lower() for layer in layers)
    assert len(names) == 2 * len(layers)


def test_lora_is_what_was_added():
    network = nn.Sequential(nn.Linear(32, 32), nn.ReLU())
    add_low_rank(network, Lora(rank=2))
    assert [network.get_parameter(name).shape for name in few_parameters(network, "lora")] == [
        (2, 32),
        (32, 2),
    ]


@pytest.mark.parametrize(
    ("method", "what"), [("lora", "matrix"), ("bitfit", "bias"), ("norm", "normalisation layer")]
)
def test_a_network_without_any_is_told(method, what):
    with pytest.raises(ValueError, match=f"trainable: {method}, but the network has no {what}"):
        few_parameters(nn.Sequential(nn.Linear(4, 4, bias=False)), method)

"""Which layers learn, and in which mode the others stay."""

import pytest
import torch
from torch import nn

from classifiers.fine_tuning.layers import (
    TunedNetwork,
    blocks,
    build_head,
    choose_trainable,
    optimiser,
    set_modes,
)
from classifiers.fine_tuning.recipes import Head, Recipe, Stage
from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")


def tuned(name, size=64, head=None):
    return TunedNetwork(load_backbone(BackboneSpec(name, "random"), size=size, device=CPU), head or Head())


def learning(network):
    return [name for name, parameter in network.backbone.named_parameters() if parameter.requires_grad]


@pytest.mark.parametrize(
    ("name", "count", "last"),
    [
        ("resnet18", 9, "layer4.1"),  # the stem and eight blocks
        ("densenet121", 8, "features.denseblock4"),  # the stem, four dense blocks, three transitions
        ("torchvision/squeezenet1_0", 9, "features.12"),
        ("test_vit", 7, "blocks.5"),
        ("torchvision/vit_b_16", 13, "encoder.layers.encoder_layer_11"),
    ],
)
def test_blocks_are_the_networks_own(name, count, last):
    network = tuned(name, size={"test_vit": 160, "torchvision/vit_b_16": 224}.get(name, 64))
    found = blocks(network.backbone)
    assert len(found) == count
    assert found[-1][0] == last
    assert all(any(True for _ in network.backbone.get_submodule(b[0]).parameters()) for b in found)


def test_all_head_last_blocks_and_from_a_layer():
    network = tuned("resnet18")
    everything = [name for name, _ in network.backbone.named_parameters()]
    choose_trainable(network, "all")
    assert learning(network) == everything
    choose_trainable(network, "head")
    assert learning(network) == []
    choose_trainable(network, "last_1_blocks")
    assert {name.rsplit(".", 2)[0] for name in learning(network)} <= {"layer4.1", "layer4"}
    assert learning(network) == [name for name in everything if name.startswith("layer4.1.")]
    choose_trainable(network, "from layer4")
    assert learning(network) == [name for name in everything if name.startswith("layer4.")]
    choose_trainable(network, "last_9_blocks")
    assert learning(network) == everything
    assert all(parameter.requires_grad for parameter in network.head.parameters())


@pytest.mark.parametrize(
    ("trainable", "message"),
    [("from layer9", "no layer 'layer9'; did you mean 'layer"), ("last_10_blocks", "has 9 blocks")],
)
def test_what_the_network_lacks_is_said(trainable, message):
    with pytest.raises(ValueError, match=message):
        choose_trainable(tuned("resnet18"), trainable)


def test_frozen_layers_stay_in_eval_mode_and_batch_norm_follows_the_recipe():
    network = tuned("resnet18", head=Head(widths=[8], dropout=0.5))
    choose_trainable(network, "last_1_blocks")
    set_modes(network, Stage(batch_norm="train"), images=10, batch_size=2)
    assert not network.backbone.get_submodule("layer1.0.bn1").training
    assert network.backbone.get_submodule("layer4.1.bn1").training
    assert next(m for m in network.head if isinstance(m, nn.Dropout)).training
    set_modes(network, Stage(), images=999, batch_size=32)
    assert not network.backbone.get_submodule("layer4.1.bn1").training
    set_modes(network, Stage(), images=1000, batch_size=16)
    assert network.backbone.get_submodule("layer4.1.bn1").training
    set_modes(network, Stage(batch_norm="eval"), images=1000, batch_size=16)
    assert not network.backbone.get_submodule("layer4.1.bn1").training


def test_learning_rates_per_group_and_no_decay_of_biases():
    network = tuned("resnet18")
    choose_trainable(network, "from layer4.1")
    made = optimiser(network, Recipe(backbone_learning_rate=1e-4, weight_decay=0.1), 1e-2)
    found = {(group["peak"], group["weight_decay"]) for group in made.param_groups}
    assert found == {(1e-2, 0.1), (1e-2, 0.0), (1e-4, 0.1), (1e-4, 0.0)}
    counted = sum(p.numel() for group in made.param_groups for p in group["params"])
    assert counted == sum(p.numel() for p in network.parameters() if p.requires_grad)


def test_a_hidden_head():
    head = build_head(16, Head(widths=[8, 4], dropout=0.1))
    assert [type(layer).__name__ for layer in head] == [
        "Linear",
        "ReLU",
        "Linear",
        "ReLU",
        "Dropout",
        "Linear",
    ]
    assert head(torch.zeros(3, 16)).shape == (3, 1)


@pytest.mark.parametrize("name", ["torchvision/inception_v3", "torchvision/googlenet"])
def test_networks_with_auxiliary_outputs_train(name):
    backbone = load_backbone(BackboneSpec(name, "random"), size=96, device=CPU)
    network = TunedNetwork(backbone, Head()).train()
    assert network(torch.zeros(2, 3, 96, 96)).shape == (2,)

"""LoRA: zero at its start, merged without a trace, in whatever layer reads the weight."""

import copy

import pytest
import torch
from torch import nn

from classifiers.fine_tuning.low_rank import LowRank, add_low_rank, low_rank_names, merge_low_rank
from classifiers.fine_tuning.recipes import Lora
from extractors.backbones import load_backbone
from extractors.specs import BackboneSpec

NETWORKS = {
    "mobilenetv2_050": {"pad_type": "same"},  # depthwise convolutions that pad themselves
    "test_convnext": {},
    "test_vit": {},
    "torchvision/squeezenet1_0": {},
}


def network_of(name):
    spec = BackboneSpec(name, "random", model_args=NETWORKS.get(name, {}))
    size = 160 if name == "test_vit" else 64
    return load_backbone(spec, size=size, device=torch.device("cpu")).network.eval(), size


def shaken(network):
    """Set every change to something, as training does."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, LowRank):
                module.up.normal_(std=0.02)


@pytest.mark.parametrize("name", NETWORKS)
def test_it_starts_as_the_frozen_network_and_is_merged_without_a_change(name):
    network, size = network_of(name)
    x, before = torch.randn(2, 3, size, size), network.state_dict()
    with torch.no_grad():
        frozen = network(x)
        add_low_rank(network, Lora(rank=2))
        assert torch.equal(network(x), frozen)
        shaken(network)
        changed = network(x)
        assert not torch.allclose(changed, frozen, atol=1e-3)
        merge_low_rank(network)
        torch.testing.assert_close(network(x), changed, rtol=0, atol=1e-5)
    assert {key: value.shape for key, value in network.state_dict().items()} == {
        key: value.shape for key, value in before.items()
    }


def test_attention_that_reads_its_weights_learns_too():
    attention = nn.MultiheadAttention(32, 4, batch_first=True).requires_grad_(False)
    add_low_rank(attention, Lora(rank=2))
    x = torch.randn(1, 5, 32)
    attention(x, x, x)[0].sum().backward()
    ups = {name: p.grad for name, p in attention.named_parameters() if name.endswith("up")}
    assert sorted(name.partition(".")[0] for name in ups) == ["out_proj", "parametrizations"]
    assert all(gradient is not None and gradient.abs().sum() > 0 for gradient in ups.values())


def test_a_kernel_with_too_few_numbers_stays():
    network = nn.Sequential(nn.Conv2d(16, 16, 3, groups=16), nn.Conv2d(16, 32, 1))
    add_low_rank(network, Lora(rank=8))
    assert list(low_rank_names(network)) == [f"1.parametrizations.weight.0.{part}" for part in ("down", "up")]


def test_alpha_by_rank_scales_the_change():
    layer = nn.Linear(8, 8, bias=False)
    own = layer.weight.detach().clone()
    changes = []
    for alpha in (4, 8):
        one = copy.deepcopy(layer)
        torch.manual_seed(0)
        add_low_rank(one, Lora(rank=2, alpha=alpha))
        shaken(one)
        changes.append(one.weight.detach() - own)
    change = one.parametrizations.weight[0]
    torch.testing.assert_close(changes[1], 4 * (change.up @ change.down))
    torch.testing.assert_close(changes[1], 2 * changes[0])


def test_a_network_without_a_matrix_is_told():
    with pytest.raises(ValueError, match="no matrix or kernel of which rank 8") as told:
        add_low_rank(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)), Lora())
    assert "\n" not in str(told.value)

"""One step of a fine-tuning of the last block of a source's network."""

import torch

from classifiers.fine_tuning.layers import TunedNetwork, blocks, choose_trainable
from classifiers.fine_tuning.recipes import Head


def trained_in_last_block(backbone, size):
    """The names of the backbone's parameters that get a gradient when its last block is trained."""
    network = TunedNetwork(backbone, Head())
    choose_trainable(network, "last_1_blocks")
    images = torch.rand(2, len(backbone.mean), size, size, generator=torch.Generator().manual_seed(0))
    network(images).sum().backward()
    found = [name for name, weight in network.backbone.named_parameters() if weight.grad is not None]
    assert len(blocks(network.backbone)) > 3
    assert any(weight.grad is None for weight in network.backbone.parameters())
    return found

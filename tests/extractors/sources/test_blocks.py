from torch import nn

from classifiers.fine_tuning.layers import blocks
from extractors.sources.blocks import expand_to_blocks, main_blocks


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings, self.encoder, self.norm = nn.Linear(2, 4), Encoder(), nn.LayerNorm(4)
        self.small = nn.Sequential(nn.Linear(1, 1))


def test_the_blocks_are_in_the_largest_list():
    network = Network()
    assert main_blocks(network) == list(network.encoder.layer)
    assert main_blocks(nn.Linear(2, 2)) == []


def test_fine_tuning_counts_them_once_they_are_marked():
    network = Network()
    assert [block[0] for block in blocks(network)] == ["embeddings", "encoder", "small.0"]
    expand_to_blocks(network)
    assert [block[0] for block in blocks(network)] == [
        "embeddings",
        "encoder.layer.0",
        "encoder.layer.1",
        "small.0",
    ]
    expand_to_blocks(nn.Linear(2, 2))  # nothing to mark

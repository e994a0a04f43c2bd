"""The fine-tuned network of a cell from its weights file, ready to judge pixels."""

from dataclasses import replace

import torch

from benchmark.store.kept_models import TunedHead
from classifiers.fine_tuning.attentive_probe import probe_of_images
from classifiers.fine_tuning.layers import TunedNetwork
from extractors.backbones import Backbone, load_backbone
from extractors.devices import choose_device
from extractors.sources import RANDOM
from extractors.specs import BackboneSpec
from extractors.weights import load_strictly, read_state


def tuned_network_of(
    spec: BackboneSpec,
    head: TunedHead,
    size: int,
    device: str = "auto",
    *,
    trained: bool = True,
    outputs: int | None = None,
) -> tuple[Backbone, TunedNetwork]:
    """The network in eval mode, for images of `size` pixels a side; with random weights unless `trained`.

    `outputs` is the number of a head for several classes; None for the single one of two classes. Raises
    ValueError for weights that do not fit.
    """
    bare = replace(spec, weights=RANDOM)  # its own weights are all in the model's file
    side = head.resolution or size
    backbone = load_backbone(bare, size=side, device=choose_device(device))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # the random weights of a head are the same in every run
        if head.probe:
            backbone = probe_of_images(backbone, side)
        network = TunedNetwork(backbone, head.head, outputs).to(backbone.device)
    if trained:
        load_strictly(network, read_state(head.weights), head.weights)
    return backbone, network.eval()

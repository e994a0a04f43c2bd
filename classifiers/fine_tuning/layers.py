"""The network with its new head: trainable layers, training modes and optimiser."""

import re
from collections.abc import Iterator
from itertools import dropwhile
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.vision_transformer import Encoder

from classifiers.fine_tuning.few_parameters import few_parameters
from classifiers.fine_tuning.recipes import ATTENTIVE_PROBE, BITFIT, LORA, NORM, Head, Stage
from extractors.backbones import Backbone
from extractors.validation import did_you_mean

# Below these numbers of images, batch norm keeps its pretrained statistics. Batch size: in Wu and He (2018,
# figure 1) the error with batch norm grows quickly below 16. Training images: chosen by hand; 1,000 images
# are about thirty batches per epoch, and the running averages (momentum 0.1) cover about ten batches.
_SMALL_SUBSET, _SMALL_BATCH = 1_000, 16
_OPTIMIZERS: dict[str, Any] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "sgd": lambda groups, **settings: torch.optim.SGD(groups, momentum=0.9, nesterov=True, **settings),
}


class TunedNetwork(nn.Module):
    """A backbone and a head: normalised pixels (n, channels, size, size), or tokens, to log odds (n,).

    With `outputs`, of several classes, to (n, outputs).
    """

    def __init__(self, backbone: Backbone, head: Head, outputs: int | None = None) -> None:
        super().__init__()
        self.backbone = _without_auxiliaries(backbone.network)
        self.head = build_head(backbone.width, head, outputs or 1)
        self._several = outputs is not None

    def forward(self, x: Tensor) -> Tensor:
        features = self.backbone(x)
        with torch.autocast(x.device.type, enabled=False):  # in bfloat16 many log odds would be equal
            odds: Tensor = self.head(features.float())
        return odds if self._several else odds.squeeze(1)


def _without_auxiliaries(network: nn.Module) -> nn.Module:
    """Remove the auxiliary classifiers of torchvision's Inception and GoogLeNet."""
    if getattr(network, "aux_logits", False):
        network.aux_logits = False  # type: ignore[assignment]
        for name in ("AuxLogits", "aux1", "aux2"):
            if hasattr(network, name):
                setattr(network, name, None)
    return network


def build_head(width: int, head: Head, outputs: int = 1) -> nn.Sequential:
    """Hidden layers with ReLU and dropout, then one output, or several."""
    layers: list[nn.Module] = []
    for hidden in head.widths:
        layers += [nn.Linear(width, hidden), nn.ReLU()]
        width = hidden
    if head.dropout:
        layers.append(nn.Dropout(head.dropout))
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def blocks(backbone: nn.Module) -> list[list[str]]:
    """The backbone's blocks in order, each as the names of its modules.

    Each child of a container (Sequential, ModuleList, torchvision's Encoder, what a source has marked by
    `expands`) is a block; layers without a matrix or kernel (normalisation) belong to the block before.
    """
    found: list[list[str]] = []
    for name, module in _expand_containers("", backbone):
        sizes = [parameter.ndim for parameter in module.parameters()]
        if sizes and max(sizes) < 2 and found:
            found[-1].append(name)
        elif sizes:
            found.append([name])
    return found


def _expand_containers(prefix: str, module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        if type(child) in (nn.Sequential, nn.ModuleList, Encoder) or getattr(child, "expands", False):
            yield from _expand_containers(f"{prefix}{name}.", child)
        else:
            yield prefix + name, child


def choose_trainable(network: TunedNetwork, trainable: str) -> None:
    """Set which parameters are trained: the head, and those of the backbone that `trainable` selects.

    Raises ValueError for a layer or a kind of parameter that the backbone lacks and for more blocks than it
    has.
    """
    names = [name for name, _ in network.backbone.named_parameters()]
    chosen = set(_chosen(network.backbone, names, trainable))
    for name, parameter in network.backbone.named_parameters():
        parameter.requires_grad_(name in chosen)
    network.head.requires_grad_(True)


def _chosen(backbone: nn.Module, names: list[str], trainable: str) -> list[str]:
    if trainable.startswith("from "):
        return list(_from_layer(backbone, names, trainable.removeprefix("from ")))
    if trainable in (LORA, BITFIT, NORM):
        return few_parameters(backbone, trainable)
    if match := re.match(r"last_(\d+)_blocks", trainable):
        known, wanted = blocks(backbone), int(match[1])
        if wanted > len(known):
            raise ValueError(f"trainable: {trainable}, but the network has {len(known)} blocks")
        last = tuple(f"{name}." for block in known[-wanted:] for name in block)
        return [name for name in names if name.startswith(last)]
    return names if trainable in ("all", ATTENTIVE_PROBE) else []


def _from_layer(backbone: nn.Module, names: list[str], layer: str) -> Iterator[str]:
    following = dropwhile(lambda name: name != layer and not name.startswith(f"{layer}."), names)
    first = next(following, None)
    if first is None:
        layers = [name for name, module in backbone.named_modules() if list(module.parameters())]
        near = did_you_mean(layer, layers).split("; allowed")[0]
        raise ValueError(
            f"trainable: the network has no layer '{layer}'{near}; its blocks: "
            + ", ".join(block[0] for block in blocks(backbone))
        )
    yield first
    yield from following


def set_modes(network: TunedNetwork, stage: Stage, images: int, batch_size: int) -> None:
    """Set training mode for trainable layers, and eval mode for frozen layers and frozen batch norm."""
    _set_training_modes(network, True)
    small = images < _SMALL_SUBSET or batch_size < _SMALL_BATCH
    if stage.batch_norm == "eval" or (stage.batch_norm == "auto" and small):
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()


def _set_training_modes(module: nn.Module, parent: bool) -> None:
    """Set training mode where parameters are trained; modules without any (dropout) follow their parent."""
    own = list(module.parameters())
    module.training = any(parameter.requires_grad for parameter in own) if own else parent
    for child in module.children():
        _set_training_modes(child, module.training)


def optimiser(network: TunedNetwork, stage: Stage, learning_rate: float) -> torch.optim.Optimizer:
    """The stage's optimiser over the trainable parameters; no weight decay for biases and normalisation.

    Each parameter group has its full learning rate as `peak`, which the schedule multiplies.
    """
    groups = []
    for part, peak in (
        (network.head, learning_rate),
        (network.backbone, stage.backbone_learning_rate or learning_rate),
    ):
        learning = [p for p in part.parameters() if p.requires_grad]
        for decay, members in (
            (stage.weight_decay, [p for p in learning if p.ndim > 1]),
            (0.0, [p for p in learning if p.ndim <= 1]),
        ):
            if members:
                groups.append({"params": members, "lr": peak, "peak": peak, "weight_decay": decay})
    made: torch.optim.Optimizer = _OPTIMIZERS[stage.optimizer](groups, lr=learning_rate)
    return made

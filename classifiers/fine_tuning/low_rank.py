"""LoRA: a low-rank change of each matrix and kernel of a frozen network, zero at its start.

Hu et al. (2021), arXiv 2106.09685. A kernel (out, in / groups, height, width) is changed as the matrix of its
rows, as in the authors' own library. Written here, as the package peft (0.21) refuses depthwise convolutions
of a rank that their groups do not divide (MobileNetV2, ConvNeXt) and leaves the attention of torchvision's
transformers without a gradient, because that reads the weight of its layers instead of calling them. Here
the weight itself is replaced (`torch.nn.utils.parametrize`), whoever reads it.
"""

from collections.abc import Iterator
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from classifiers.fine_tuning.recipes import Lora

# The parameter that is a matrix or a kernel, by the kind of layer.
_WEIGHTS = ((nn.Linear, "weight"), (nn.Conv2d, "weight"), (nn.MultiheadAttention, "in_proj_weight"))


class LowRank(nn.Module):
    """The change of one weight, alpha / rank · `up` (rows, rank) `down` (rank, columns); `up` starts at 0."""

    def __init__(self, weight: Tensor, settings: Lora) -> None:
        super().__init__()
        rows, columns = len(weight), weight[0].numel()
        self.down = nn.Parameter(weight.new_empty(settings.rank, columns))
        self.up = nn.Parameter(weight.new_zeros(rows, settings.rank))
        nn.init.kaiming_uniform_(self.down, a=sqrt(5))
        self.scale = settings.alpha / settings.rank

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):  # the sum is the merged weight, to the bit
            return weight + self.scale * (self.up @ self.down).view_as(weight)


def add_low_rank(backbone: nn.Module, settings: Lora) -> None:
    """Change every matrix and kernel of the backbone for which that takes fewer numbers than it has.

    A depthwise kernel has too few, and stays as it is. Raises ValueError where no weight is left.
    """
    found = list(_adaptable(backbone, settings.rank))
    if not found:
        raise ValueError(
            f"trainable: lora, but the network has no matrix or kernel of which rank {settings.rank} takes "
            "fewer numbers than it has itself: use a lower lora.rank, or bitfit, norm or last_N"
        )
    for module, name in found:
        parametrize.register_parametrization(module, name, LowRank(getattr(module, name), settings))


def _adaptable(backbone: nn.Module, rank: int) -> Iterator[tuple[nn.Module, str]]:
    for module in backbone.modules():
        for kind, name in _WEIGHTS:
            weight = getattr(module, name, None) if isinstance(module, kind) else None
            if isinstance(weight, Tensor) and rank * (len(weight) + weight[0].numel()) < weight.numel():
                yield module, name


def low_rank_names(backbone: nn.Module) -> Iterator[str]:
    """The names of the parameters that `add_low_rank` added."""
    for prefix, module in backbone.named_modules():
        if isinstance(module, LowRank):
            yield from (f"{prefix}.{name}" for name, _ in module.named_parameters())


def merge_low_rank(network: nn.Module) -> None:
    """Put each change into its weight: the network has the layers and names of the pretrained one again."""
    for module in list(network.modules()):
        if parametrize.is_parametrized(module):
            assert isinstance(module.parametrizations, nn.ModuleDict)
            for name, changes in list(module.parametrizations.items()):
                if any(isinstance(change, LowRank) for change in changes.children()):
                    parametrize.remove_parametrizations(module, name, leave_parametrized=True)

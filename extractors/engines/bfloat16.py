"""Networks in bfloat16: weights cast once, batch norm folded into the convolutions before it."""

import logging
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.fx.experimental.optimization import fuse

from extractors.engines import Run

_LOG = logging.getLogger(__name__)
_BACKEND = "inductor"  # of torch.compile


def cast_network(network: nn.Module, shape: tuple[int, int, int]) -> Run:
    """See `extractors.engines.Engine`. Autocast would cast the weights at every operator of every batch."""
    cast = _cast(network)

    def run(batch: Tensor) -> Tensor:
        found: Tensor = cast(_input(batch))
        return found.float()

    return run


def compile_network(network: nn.Module, shape: tuple[int, int, int]) -> Run:
    """See `extractors.engines.Engine`. The cast network through torch.compile, for any number of images."""
    compiled = torch.compile(_cast(network), backend=_BACKEND)

    def run(batch: Tensor) -> Tensor:
        images = _input(batch)
        if len(images) == 1:  # two, since a single one would be compiled anew
            images = torch.cat([images, images])
        torch._dynamo.mark_dynamic(images, 0)
        found: Tensor = compiled(images)
        return found[: len(batch)].float()

    return run


def _input(batch: Tensor) -> Tensor:
    return batch.to(torch.bfloat16, memory_format=torch.channels_last)


def _cast(network: nn.Module) -> nn.Module:
    """A copy of the network, in eval mode, with all weights in bfloat16."""
    return folded(network).eval().to(torch.bfloat16).to(memory_format=torch.channels_last)


def folded(network: nn.Module) -> nn.Module:
    """A copy of a network in eval mode whose batch norm is folded into convolutions, as far as torch.fx sees.

    Nothing is folded where it cannot trace the network.
    """
    separate = _with_separate_activations(deepcopy(network))
    try:
        return fuse(separate)
    except Exception as error:  # networks raise anything when they are traced
        _LOG.debug("batch norm is not folded", exc_info=error)
        return separate


def _with_separate_activations(network: nn.Module) -> nn.Module:
    """Replace timm's batch norm with an activation in it by the two, since only torch's own is folded."""
    for name, child in network.named_children():
        drop, act = getattr(child, "drop", None), getattr(child, "act", None)
        if isinstance(child, nn.BatchNorm2d) and isinstance(drop, nn.Module) and isinstance(act, nn.Module):
            plain = nn.BatchNorm2d(child.num_features, child.eps, affine=child.affine).eval()
            plain.load_state_dict(child.state_dict())
            setattr(network, name, nn.Sequential(plain, drop, act))
        else:
            _with_separate_activations(child)
    return network

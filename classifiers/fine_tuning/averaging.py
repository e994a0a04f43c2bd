"""Average the weights of a training exponentially, without waiting for the device."""

from itertools import chain

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel


@torch.no_grad()
def update_average(average: AveragedModel, network: nn.Module, decay: float) -> None:
    """Move the averaged parameters and buffers towards those of the network by 1 - `decay`.

    The values are those of `AveragedModel.update_parameters` with `get_ema_multi_avg_fn(decay)` and buffers.
    That copies its counter to the device at each update, and so waits for all work before; here the counter
    stays on the CPU, where `AveragedModel` makes it. A counter of batches that is the same in both stays the
    same: rounding could lower it by one.
    """
    own, new = (list(chain(one.parameters(), one.buffers())) for one in (average.module, network))
    if average.n_averaged == 0:
        for averaged, value in zip(own, new, strict=True):
            averaged.copy_(value)
    else:
        pairs = list(zip(own, new, strict=True))
        real = [pair for pair in pairs if pair[0].is_floating_point()]
        torch._foreach_lerp_([averaged for averaged, _ in real], [value for _, value in real], 1 - decay)
        for averaged, value in pairs:
            if not averaged.is_floating_point():
                mixed = averaged * decay + value * (1 - decay)
                averaged.copy_(torch.where(averaged == value, value, mixed))
    average.n_averaged += 1

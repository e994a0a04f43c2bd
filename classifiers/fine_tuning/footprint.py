"""What a recipe trains: the number of trainable parameters and the bytes of the optimiser's state."""

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from classifiers.fine_tuning.layers import TunedNetwork, choose_trainable
from classifiers.fine_tuning.recipes import Recipe

# What an optimiser keeps: values per trained number (both moments of Adam, Kingma and Ba 2015; the momentum
# of SGD), and the bytes of its counter of steps per tensor.
_KEPT = {"adamw": (2, 4), "adam": (2, 4), "sgd": (1, 0)}


@dataclass(frozen=True)
class Footprint:
    """Trainable parameters, head included, and bytes of the optimiser's state: the most of any stage."""

    trainable_parameters: int
    optimiser_bytes: int


def footprint_of(network: TunedNetwork, recipe: Recipe) -> Footprint:
    """The footprint of a recipe. Sets what the last stage trains; raises ValueError as `choose_trainable`."""
    parameters, state = 0, 0
    for stage in recipe.each_stage():
        choose_trainable(network, stage.trainable)
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        parameters = max(parameters, sum(parameter.numel() for parameter in trained))
        state = max(state, _state_bytes(trained, stage.optimizer))
    return Footprint(parameters, state)


def _state_bytes(trained: Iterable[nn.Parameter], optimizer: str) -> int:
    values, counter = _KEPT[optimizer]
    return sum(values * p.numel() * p.element_size() + counter for p in trained)

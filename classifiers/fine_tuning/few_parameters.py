"""Parameter-efficient adaptation: which few of a backbone's parameters each method trains."""

from collections.abc import Callable, Iterator

from torch import nn

from classifiers.fine_tuning.low_rank import low_rank_names
from classifiers.fine_tuning.recipes import BITFIT, LORA, NORM


def biases(backbone: nn.Module) -> Iterator[str]:
    """Every bias, those of normalisation included (BitFit, Ben Zaken et al. 2022)."""
    for name, parameter in backbone.named_parameters():
        if name.rpartition(".")[2].endswith("bias") and parameter.ndim == 1:
            yield name


def affine_of_normalisation(backbone: nn.Module) -> Iterator[str]:
    """Scale and shift of every normalisation layer, of whatever kind (Frankle et al. 2021)."""
    for prefix, module in backbone.named_modules():
        if "norm" in type(module).__name__.lower():
            yield from (f"{prefix}.{name}".lstrip(".") for name, _ in module.named_parameters(recurse=False))


_METHODS: dict[str, tuple[Callable[[nn.Module], Iterator[str]], str]] = {
    LORA: (low_rank_names, "matrix or kernel"),
    BITFIT: (biases, "bias"),
    NORM: (affine_of_normalisation, "normalisation layer with parameters"),
}


def few_parameters(backbone: nn.Module, method: str) -> list[str]:
    """The names of the parameters that a method trains; ValueError for a network that has none of them."""
    select, what = _METHODS[method]
    names = list(select(backbone))
    if not names:
        raise ValueError(f"trainable: {method}, but the network has no {what}")
    return names

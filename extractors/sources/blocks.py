"""The list of blocks that a network mainly consists of."""

from torch import nn


def main_blocks(network: nn.Module) -> list[nn.Module]:
    """The modules in the ModuleList or Sequential with most weights, in order; empty where there is none."""
    name = _largest_list(network)
    return [] if name is None else list(network.get_submodule(name).children())


def expand_to_blocks(network: nn.Module) -> None:
    """Mark the modules around the list of blocks by `expands`, so that fine-tuning counts the blocks."""
    name = _largest_list(network)
    parts = [] if name is None else name.split(".")
    for end in range(1, len(parts)):
        network.get_submodule(".".join(parts[:end])).expands = True  # type: ignore[assignment]
    network.expands = True  # type: ignore[assignment]


def _largest_list(network: nn.Module) -> str | None:
    sizes = {
        name: sum(parameter.numel() for parameter in module.parameters())
        for name, module in network.named_modules()
        if name and isinstance(module, nn.ModuleList | nn.Sequential)
    }
    return max(sizes, key=lambda name: sizes[name], default=None)

"""Read and write weights files, and load weights strictly."""

from collections.abc import Iterable
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from extractors.errors import reason

State = dict[str, Tensor]
HEADS = ("fc", "classifier", "heads", "head")  # attributes that hold the classifier in timm and torchvision


def read_state(path: Path) -> State:
    """Read the tensors of a safetensors or PyTorch file, without common wrappers and prefixes.

    Raises ValueError for a file that is missing or cannot be read.
    """
    if not path.is_file():
        raise ValueError(f"weights file {path} does not exist")
    try:
        if path.suffix == ".safetensors":
            state: Any = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"weights file {path} cannot be read: {reason(error)}") from error
    for wrapper in ("state_dict", "model"):
        state = state.get(wrapper, state)
    return {key.removeprefix("module."): value for key, value in state.items()}


def save_state(state: State, path: Path) -> None:
    """Write weights to a safetensors file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in state.items()}, path)


def load_strictly(network: nn.Module, state: State, path: Path) -> None:
    """Load weights. Raises ValueError listing weights that are missing, unexpected or of another shape."""
    wanted = network.state_dict()
    missing = [k for k in wanted if k not in state and not k.endswith("num_batches_tracked")]
    unexpected = [k for k in state if k not in wanted]
    shapes = [k for k in wanted if k in state and state[k].shape != wanted[k].shape]
    problems = [
        f"{len(keys)} {word} ({_some(keys)})"
        for word, keys in (("missing", missing), ("unexpected", unexpected), ("of another shape", shapes))
        if keys
    ]
    if problems:
        raise ValueError(f"{path} does not fit the network: of {len(wanted)} weights {'; '.join(problems)}")
    network.load_state_dict(state, strict=False)  # everything except batch counters was checked above


def _some(keys: Iterable[str], limit: int = 5) -> str:
    keys = list(keys)
    return ", ".join(keys[:limit]) + (", ..." if len(keys) > limit else "")

"""Read and write weights files, and load weights strictly."""

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from extractors.errors import reason
from extractors.weights_formats import SAFETENSORS, format_of

State = dict[str, Tensor]
AUXILIARY = ("AuxLogits.", "aux1.", "aux2.")  # Inception's and GoogLeNet's classifiers for training alone
HEADS = ("fc", "classifier", "heads", "head")  # attributes that hold the classifier in timm and torchvision

# Keys under which training programs keep the weights, in timm's order: averaged weights (EMA) first
# (timm.models.load_state_dict).
WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model_state_dict", "model", "net")
_DEEPEST = 4  # wrappers inside wrappers


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a weights file by name, and the keys of the wrappers that they were found under."""

    state: State
    under: tuple[str, ...] = ()


def read_state(path: Path) -> State:
    """The tensors of a weights file by name, without wrappers. Raises ValueError as `read_checkpoint`."""
    return read_checkpoint(path).state


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a safetensors or PyTorch file, whatever its suffix; no code in the file is run.

    Raises ValueError, with the file and the way out, for a file that is missing, that is of another kind
    or damaged, that holds anything but named tensors, or that holds values that are not finite.
    """
    if not path.is_file():
        raise ValueError(f"weights file {path} does not exist")
    try:
        checkpoint = _unwrapped(_content(path))
        _check_values(checkpoint.state)
    except (ValueError, OSError, MemoryError) as error:
        problem = (error.strerror or reason(error)) if isinstance(error, OSError) else reason(error)
        raise ValueError(f"weights file {path} cannot be read: {problem}") from error
    return checkpoint


def save_state(state: State, path: Path) -> None:
    """Write weights to a safetensors file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in state.items()}, path)


def misfits(network: nn.Module, state: State) -> list[str]:
    """What keeps the weights from fitting: missing, unexpected and of another shape; empty if they fit."""
    wanted = network.state_dict()
    missing = [k for k in wanted if k not in state and not k.endswith("num_batches_tracked")]
    unexpected = [k for k in state if k not in wanted]
    shapes = [k for k in wanted if k in state and state[k].shape != wanted[k].shape]
    whole = [
        k
        for k in wanted
        if k in state and state[k].is_floating_point() != wanted[k].is_floating_point() and k not in shapes
    ]
    return [
        f"{len(keys)} {word} ({some(keys)})"
        for word, keys in (
            ("missing", missing),
            ("unexpected", unexpected),
            ("of another shape", shapes),
            ("of another type of number", whole),
        )
        if keys
    ]


def load_strictly(network: nn.Module, state: State, path: Path) -> None:
    """Load weights. Raises ValueError listing weights that are missing, unexpected or of another shape.

    Weights of another type of number (quantised to integers, for example) do not fit either.
    """
    if problems := misfits(network, state):
        wanted = len(network.state_dict())
        raise ValueError(f"{path} does not fit the network: of {wanted} weights {'; '.join(problems)}")
    complete = network.state_dict()  # with versions of modules, which a file may lack
    complete.update(state)
    network.load_state_dict(complete, strict=True)


def _content(path: Path) -> Any:
    kind = format_of(path)
    try:
        if kind == SAFETENSORS:
            return load_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice to programmers
            return torch.load(path, map_location="cpu", weights_only=True)
    except SafetensorError as error:
        raise ValueError(f"{_DAMAGED} ({reason(error)})") from error
    except MemoryError:
        raise
    except Exception as error:  # damaged bytes make the readers raise errors of any kind
        raise ValueError(_unreadable(error)) from error


_DAMAGED = "it is damaged or cut off; copy or download it again"


def _unreadable(error: Exception) -> str:
    """Why torch refused a file, and the way out."""
    text = str(error)
    if "TorchScript" in text:
        return "it is a TorchScript program, not weights; save the state dict of its network instead"
    if code := re.search(
        r"(?:GLOBAL|class|function) ([\w.]+) (?:was not an allowed|is not an allowed)", text
    ):
        return (
            f"it also holds Python objects ({code[1]}), and reading these "
            f"could run code; where you trust the file, load it and save its state dict alone"
        )
    if "Unsupported operand" in text or "weights_only" in text or "Weights only" in text:
        return "it holds Python objects that are no tensors, or is damaged"
    return _DAMAGED


def _unwrapped(content: Any, under: tuple[str, ...] = ()) -> Checkpoint:
    """The named tensors, directly or under a wrapper's key, of whatever a file holds."""
    if not isinstance(content, Mapping):
        kind = "one tensor" if isinstance(content, Tensor) else f"a {type(content).__name__}"
        raise ValueError(f"{_place(under)} holds {kind}, not tensors by name (a state dict)")
    if not content:
        raise ValueError(f"{_place(under)} holds no weights")
    inside = {str(key): value for key, value in content.items() if isinstance(value, Mapping)}
    wrappers = [key for key in WRAPPERS if key in content and not isinstance(content[key], Tensor)]
    wrapper = next((key for key in wrappers if key in inside), wrappers[0] if wrappers else None)
    states = [key for key, value in inside.items() if any(isinstance(v, Tensor) for v in value.values())]
    bare = not inside and all(isinstance(value, Tensor) for value in content.values())
    if wrapper is None and not bare and len(states) == 1:
        wrapper = states[0]
    if wrapper is not None and len(under) < _DEEPEST:
        return _unwrapped(content[wrapper], (*under, wrapper))
    if len(states) > 1:
        raise ValueError(
            f"{_place(under)} holds several sets of weights ({some(states)}); save one of them alone"
        )
    others = [f"{k!s:.60} ({type(v).__name__})" for k, v in content.items() if not isinstance(v, Tensor)]
    if others:
        raise ValueError(f"{_place(under)} holds values that are no tensors: {some(others)}")
    return Checkpoint({str(key): value for key, value in content.items()}, under)


def _check_values(state: State) -> None:
    """Raise ValueError for weights that cannot be computed with."""
    odd = [k for k, v in state.items() if v.layout != torch.strided or v.is_quantized or v.is_meta]
    if odd:
        raise ValueError(f"it holds sparse or quantised tensors ({some(odd)}); save them as floats")
    bad = [k for k, v in state.items() if v.is_floating_point() and not bool(torch.isfinite(v).all())]
    if bad:
        raise ValueError(
            f"it holds values that are not finite in {len(bad)} of {len(state)} tensors ({some(bad)}): "
            "the training diverged or the file is damaged; take another file"
        )


def _place(under: tuple[str, ...]) -> str:
    return f"its '{'.'.join(under)}'" if under else "it"


def some(keys: Iterable[str], limit: int = 5) -> str:
    """The first keys of many, for messages."""
    keys = list(keys)
    return ", ".join(keys[:limit]) + (", ..." if len(keys) > limit else "")

"""Networks that the user's own function makes: `python:MODULE:FUNCTION`, called with `model_args`."""

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import nn

from extractors.errors import reason
from extractors.sources.source import Normalisation
from extractors.specs import BackboneSpec

PREFIX = "python:"
_PRETRAINED = "pretrained"  # parameter of the function


def knows(name: str) -> bool:
    """Whether it has the form MODULE:FUNCTION; the module is imported when the network is built."""
    return re.fullmatch(r"[\w.]+:\w+", name.removeprefix(PREFIX)) is not None


def names() -> list[str]:
    """None: they are the user's."""
    return []


def files(spec: BackboneSpec) -> list[Path]:
    """The module's source file, whose change is another network; nothing where it is not found."""
    try:
        found = find_spec(_parts(spec)[0])
    except Exception:  # a package of the module may raise anything at its import; `build` says so
        return []
    path = Path(found.origin) if found and found.origin else None
    return [path] if path and path.is_file() else []


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Call the function with `model_args`, and with `pretrained` where it has that parameter.

    Raises ValueError, of one line, for whatever module and function raise, and for what is no network.
    """
    place = f"'{spec.label}'"
    try:
        network = _called(_function(spec), spec, pretrained)
    except ModuleNotFoundError as error:
        where = (
            "install it, or put its folder into PYTHONPATH" if error.name == _parts(spec)[0] else "install it"
        )
        raise ValueError(f"{place}: there is no module '{error.name}': {where}") from error
    except Exception as error:
        raise ValueError(f"{place} raised {type(error).__name__}: {reason(error)}") from error
    if not isinstance(network, nn.Module):
        raise ValueError(f"{place} returned a {type(network).__name__}, not a torch.nn.Module")
    return network


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """The grid's mean and std, one value for each channel. Raises ValueError without them."""
    if not (spec.mean and spec.std):
        raise ValueError(
            f"'{spec.label}' needs mean and std, one value for each channel, of pixels in 0..1 "
            "(mean: [0], std: [1] where the network does it itself)"
        )
    return Normalisation(spec.mean, spec.std, len(spec.mean))


def _parts(spec: BackboneSpec) -> tuple[str, str]:
    module, _, function = spec.name.removeprefix(PREFIX).partition(":")
    return module, function


def _function(spec: BackboneSpec) -> Callable[..., Any]:
    module, function = _parts(spec)
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _called(function: Callable[..., Any], spec: BackboneSpec, pretrained: bool) -> Any:
    arguments = dict[str, Any](spec.model_args)
    if _PRETRAINED in inspect.signature(function).parameters:
        arguments.setdefault(_PRETRAINED, pretrained)
    elif not spec.trained:
        raise ValueError(f"weights: random needs a function with the parameter '{_PRETRAINED}'")
    return function(**arguments)

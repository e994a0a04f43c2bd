"""Checkpoints: the state of a training after an epoch, from which a killed training continues."""

import json
import logging
import pickle
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from extractors.weights import State

EpochNumbers = dict[str, Any]
EVERY = 10.0  # seconds at least between two checkpoints of one training; chosen by hand
_HISTORY = "history.json"
_logger = logging.getLogger(__name__)

# The exceptions of reading a checkpoint that a kill or a full disk damaged: missing files (OSError),
# incomplete JSON (ValueError), missing keys (KeyError, TypeError), incomplete tensors (SafetensorError), and
# incomplete or empty files of torch.save (RuntimeError, UnpicklingError, EOFError).
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    SafetensorError,
    RuntimeError,
    pickle.UnpicklingError,
    EOFError,
)


@dataclass
class Checkpoint:
    """The state after an epoch: current, averaged and best weights, optimiser, numbers of all epochs.

    `validated` holds the log odds (n,) of the validation images after each epoch, as float64.
    """

    weights: State
    average: State
    best: State
    optimiser: dict[str, Any]
    history: list[EpochNumbers] = field(default_factory=list)
    micro_batch: int = 0
    validated: list[torch.Tensor] = field(default_factory=list)


def save(folder: Path, state: Checkpoint) -> None:
    """Write the state of the last epoch. The history is written last and names the valid files."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"epoch-{len(state.history):04d}"
    parts = {"weights": state.weights, "average": state.average, "best": state.best}
    tensors = {f"{part}/{key}": value for part, weights in parts.items() for key, value in weights.items()}
    tensors |= {f"validated/{epoch:07d}": odds for epoch, odds in enumerate(state.validated)}
    save_file(
        # copies, since safetensors refuses the shared parameters that some networks have
        {key: value.detach().to("cpu", copy=True).contiguous() for key, value in tensors.items()},
        folder / f"{name}.safetensors",
    )
    torch.save(state.optimiser, folder / f"{name}.optimiser")
    content = {"epoch": name, "micro_batch": state.micro_batch, "history": state.history}
    temporary = folder / f".{_HISTORY}"
    temporary.write_text(json.dumps(content))
    temporary.replace(folder / _HISTORY)
    for path in folder.glob("epoch-*"):
        if path.stem != name:
            path.unlink()


def load(folder: Path) -> Checkpoint | None:
    """Read the state of the last complete epoch; None when there is none.

    For a damaged checkpoint a warning is logged and None is returned: the training begins again.
    """
    if not (folder / _HISTORY).exists():
        return None
    try:
        return _read(folder)
    except _UNREADABLE as error:
        _logger.warning(
            "the checkpoint in %s cannot be read (%s: %s); the training begins again",
            folder,
            type(error).__name__,
            error,
        )
        return None


def _read(folder: Path) -> Checkpoint:
    content = json.loads((folder / _HISTORY).read_text())
    tensors = load_file(folder / f"{content['epoch']}.safetensors")
    optimiser = torch.load(folder / f"{content['epoch']}.optimiser", weights_only=True, map_location="cpu")
    parts: dict[str, State] = {"weights": {}, "average": {}, "best": {}, "validated": {}}
    for key, value in tensors.items():
        part, _, name = key.partition("/")
        parts[part][name] = value
    validated = [odds for _, odds in sorted(parts.pop("validated").items())]
    return Checkpoint(
        **parts,
        optimiser=optimiser,
        history=content["history"],
        micro_batch=content["micro_batch"],
        validated=validated,
    )


def discard(folder: Path) -> None:
    """Delete the checkpoints of a fine-tuning that is finished."""
    shutil.rmtree(folder, ignore_errors=True)

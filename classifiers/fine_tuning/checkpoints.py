"""The state of a training after each epoch, on disk: a killed one continues at the epoch it had reached."""

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
from torch import Tensor

State = dict[str, Tensor]
Epoch = dict[str, Any]
_HISTORY = "history.json"
_logger = logging.getLogger(__name__)

# What a kill or a full disk leaves raises these when it is read: files that are gone (OSError), torn text
# (ValueError), keys that lack (KeyError, TypeError), torn tensors (SafetensorError), and torn or empty files
# of torch.save (RuntimeError, UnpicklingError, EOFError).
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
class Progress:
    """The state after an epoch: weights now, their average, the best so far, every epoch's numbers."""

    weights: State
    average: State
    best: State
    optimiser: dict[str, Any]
    history: list[Epoch] = field(default_factory=list)
    micro_batch: int = 0


def save(folder: Path, progress: Progress) -> None:
    """Write the state of the last epoch; the history, written last, says which files count."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"epoch-{len(progress.history):04d}"
    parts = {"weights": progress.weights, "average": progress.average, "best": progress.best}
    tensors = {f"{part}/{key}": value for part, state in parts.items() for key, value in state.items()}
    save_file(
        # copies, since safetensors refuses the shared parameters that some networks have
        {key: value.detach().to("cpu", copy=True).contiguous() for key, value in tensors.items()},
        folder / f"{name}.safetensors",
    )
    torch.save(progress.optimiser, folder / f"{name}.optimiser")
    content = {"epoch": name, "micro_batch": progress.micro_batch, "history": progress.history}
    temporary = folder / f".{_HISTORY}"
    temporary.write_text(json.dumps(content))
    temporary.replace(folder / _HISTORY)
    for path in folder.glob("epoch-*"):
        if path.stem != name:
            path.unlink()


def load(folder: Path) -> Progress | None:
    """The state of the last complete epoch, or None when there is none.

    A checkpoint that cannot be read counts as none, with a warning in the log: the training begins again.
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


def _read(folder: Path) -> Progress:
    content = json.loads((folder / _HISTORY).read_text())
    tensors = load_file(folder / f"{content['epoch']}.safetensors")
    optimiser = torch.load(folder / f"{content['epoch']}.optimiser", weights_only=True, map_location="cpu")
    parts: dict[str, State] = {"weights": {}, "average": {}, "best": {}}
    for key, value in tensors.items():
        part, _, name = key.partition("/")
        parts[part][name] = value
    return Progress(
        **parts, optimiser=optimiser, history=content["history"], micro_batch=content["micro_batch"]
    )


def discard(folder: Path) -> None:
    """Delete the checkpoints of a fine-tuning that is finished."""
    shutil.rmtree(folder, ignore_errors=True)

"""The device that a network runs on: which one, its name, its memory, and the cores that torch may use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def choose_device(name: str = "auto") -> torch.device:
    """`auto` is the first of cuda, mps and cpu that works; any torch device name is taken as it is.

    Raises ValueError for a device that this machine lacks.
    """
    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    if name == "auto":
        return torch.device(available[0])
    if name.split(":")[0] not in available:
        raise ValueError(
            f"device '{name}' is not on this machine; it has: {', '.join(available)}, or say auto"
        )
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """The name of a device in a record: an accelerator's model, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def begin_peak_memory(device: torch.device) -> int:
    """Count `peak_memory` from now on; returns the bytes that tensors take on an accelerator already."""
    if device.type != "cuda":
        return 0
    torch.cuda.reset_peak_memory_stats(device)
    return torch.cuda.memory_allocated(device)


def peak_memory(device: torch.device) -> int | None:
    """The most memory (bytes) that tensors took on an accelerator; None where it is not counted."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


@contextmanager
def torch_threads(jobs: int) -> Iterator[None]:
    """Let torch use so many cores of this process; the machine's cores at most."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(jobs, os.cpu_count() or 1)))
    try:
        yield
    finally:
        torch.set_num_threads(before)

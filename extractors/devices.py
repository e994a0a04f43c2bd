"""Choose the device of a network, read its name and memory, and limit torch's threads."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def choose_device(name: str = "auto") -> torch.device:
    """Return a torch device by name; `auto` is the first available of cuda, mps and cpu.

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
            f"device '{name}' is not on this machine; use auto, or one of: {', '.join(available)}"
        )
    return torch.device(name)


def device_of_fits(name: str) -> str:
    """The device on which classifiers are fitted in a run on `name`: one of CUDA's; empty for the CPU.

    Of several GPUs that this process sees it is the one of its process number, so that the processes of a run
    take different ones. MPS, which has no float64, is not used. Raises ValueError as `choose_device`.
    """
    device = choose_device(name)
    if device.type != "cuda":
        return ""
    return f"cuda:{os.getpid() % torch.cuda.device_count() if device.index is None else device.index}"


def device_name(device: torch.device) -> str:
    """The name of a device in a record: an accelerator's model, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def limit_memory(share: float) -> None:
    """Let this process take no more than a share (0 to 1) of the memory of the CUDA device that it uses."""
    if torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(share)


def begin_peak_memory(device: torch.device) -> int:
    """Reset `peak_memory`; returns the bytes that tensors already use on CUDA, 0 on other devices."""
    if device.type != "cuda":
        return 0
    torch.cuda.reset_peak_memory_stats(device)
    return torch.cuda.memory_allocated(device)


def peak_memory(device: torch.device) -> int | None:
    """The largest memory (bytes) of tensors on CUDA since `begin_peak_memory`; None on other devices."""
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None


@contextmanager
def torch_threads(jobs: int) -> Iterator[None]:
    """Set torch's number of threads inside the block: `jobs`, at most the number of cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(jobs, os.cpu_count() or 1)))
    try:
        yield
    finally:
        torch.set_num_threads(before)

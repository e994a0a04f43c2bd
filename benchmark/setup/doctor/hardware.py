"""Checks of the machine: cores, memory, disk, and a small computation on each device."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmark.errors import reason
from benchmark.execution.executors import available_cores
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from benchmark.setup.machine import memory

_GB = 1e9
_LITTLE_MEMORY, _SMALL_MEMORY = 2 * _GB, 6 * _GB  # torch and its libraries take about 1 GB; chosen by hand
_LITTLE_DISK, _SMALL_DISK = 1 * _GB, 10 * _GB
_SIDE = 64  # of the matrices that are multiplied on each device


def cores_and_memory(around: Surroundings) -> Iterator[Finding]:
    """The cores and the memory that this process may use."""
    cores, whole = available_cores(), memory()
    what = f"{cores} of {os.cpu_count() or cores} cores may be used, {whole / _GB:.1f} GB of memory"
    if whole >= _SMALL_MEMORY:
        yield Finding("memory", OK, what)
        return
    yield Finding(
        "memory",
        PROBLEM if whole < _LITTLE_MEMORY else NOTE,
        what,
        "torch takes about 1 GB in each process, and a run starts one process for each core",
        "run with --jobs 1, on a machine (or in a container) with more memory",
    )


def disk(around: Surroundings) -> Iterator[Finding]:
    """Whether the workspace can be written, and the space there."""
    folder = existing(around.workspace.folder)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = "results, cache and MLflow's database are written there"
        yield Finding(
            "disk",
            PROBLEM,
            f"the workspace cannot be written: {reason(error)}",
            why,
            "name another --workspace",
            f"the workspace cannot be written: {type(error).__name__}",
        )
        return
    free = shutil.disk_usage(folder).free
    what = f"{free / _GB:.1f} GB are free in the workspace"
    if free >= _SMALL_DISK:
        yield Finding("disk", OK, what)
        return
    yield Finding(
        "disk",
        PROBLEM if free < _LITTLE_DISK else NOTE,
        what,
        "pixels and embeddings of all images are kept in its cache",
        "free some space, or name a --workspace on another disk",
    )


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    whole = path.absolute()
    return next(folder for folder in (whole, *whole.parents) if folder.is_dir())


def devices(around: Surroundings) -> Iterator[Finding]:
    """A small matrix product on each device of torch, compared with the exact one."""
    import torch  # takes seconds

    names = ["cpu", *(f"cuda:{n}" for n in range(torch.cuda.device_count()))]
    names += ["mps"] if torch.backends.mps.is_available() else []
    for name in names:
        yield _computed(name)


def _computed(name: str) -> Finding:
    import torch

    from extractors.devices import device_name

    whole = torch.arange(_SIDE * _SIDE, dtype=torch.float32).reshape(_SIDE, _SIDE) % 7  # small whole numbers
    try:
        device = torch.device(name)
        found = (whole.to(device) @ whole.T.to(device)).cpu()
        model = device_name(device)
    except Exception as error:  # drivers raise many kinds
        problem = reason(error)
    else:
        if torch.equal(found, whole @ whole.T):
            return Finding(
                "devices", OK, f"{name} computes ({model})" if model != name else f"{name} computes"
            )
        problem = "a matrix product differs from the exact one"
    return Finding(
        "devices",
        PROBLEM,
        f"{name}: {problem}",
        "networks would run there, and fail or give wrong numbers",
        "run with --device cpu; restart the machine, and install a driver that fits torch",
    )

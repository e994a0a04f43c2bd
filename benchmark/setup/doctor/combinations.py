"""Combinations of software and settings that are known to go wrong: one row of a table for each."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.execution.executors import available_cores
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from benchmark.setup.doctor.versions import installed
from benchmark.setup.machine import this_machine

_TESTED_MAJORS = {"numpy": (2,), "pandas": (2, 3)}
_SMALLEST_SHARED = 256 * 1024**2  # bytes of /dev/shm: Docker gives 64 MiB; chosen by hand


@dataclass(frozen=True)
class Facts:
    """What the rows of the table judge: versions, how torch was built, cards, shared memory, environment.

    `cuda_build` is the CUDA version that torch was built for (empty for a CPU build), `cuda_usable` whether
    it reaches a card. `shared_memory` are the bytes of /dev/shm; None where there is none.
    """

    versions: Mapping[str, str]
    torchvision_error: str
    cuda_build: str
    cuda_usable: bool
    has_nvidia: bool
    shared_memory: int | None
    cores: int
    environment: Mapping[str, str]
    unusable_weights: str = ""


@dataclass(frozen=True)
class Combination:
    """One row: `found(facts)` says what is wrong, or nothing; then why it matters and what to do."""

    found: Callable[[Facts], str]
    state: str
    why: str
    do: str


def _untested_major(facts: Facts) -> str:
    wrong = [
        f"{name} {facts.versions[name]}"
        for name, majors in _TESTED_MAJORS.items()
        if facts.versions.get(name) and int(facts.versions[name].partition(".")[0]) not in majors
    ]
    return f"{' and '.join(wrong)}: a major version that was never tested" if wrong else ""


def _torchvision(facts: Facts) -> str:
    pair = f"torch {facts.versions.get('torch')} and torchvision {facts.versions.get('torchvision')}"
    return f"{pair} do not go together: {facts.torchvision_error}" if facts.torchvision_error else ""


def _cpu_build(facts: Facts) -> str:
    return (
        "an NVIDIA card is there, and torch is a build without CUDA"
        if facts.has_nvidia and not facts.cuda_build
        else ""
    )


def _old_driver(facts: Facts) -> str:
    unreached = facts.has_nvidia and facts.cuda_build and not facts.cuda_usable
    hidden = facts.environment.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return (
        f"torch (CUDA {facts.cuda_build}) does not reach the NVIDIA card" if unreached and not hidden else ""
    )


def _little_shared_memory(facts: Facts) -> str:
    shared = facts.shared_memory
    small = shared is not None and shared < _SMALLEST_SHARED
    return f"/dev/shm has {(shared or 0) / 1024**2:.0f} MiB" if small else ""


def _threads(facts: Facts) -> str:
    value = facts.environment.get("OMP_NUM_THREADS")
    if value is None:
        return ""
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", value):
        return f"OMP_NUM_THREADS is '{value[:20]}', and no number of threads"
    most = max(map(int, value.split(",")))
    return f"OMP_NUM_THREADS is {most}, and {facts.cores} cores may be used" if most > facts.cores else ""


def _file_store(facts: Facts) -> str:
    uri = facts.environment.get("MLFLOW_TRACKING_URI", "")
    is_folder = uri.startswith("file:") or (uri and "://" not in uri)
    return "MLFLOW_TRACKING_URI names a folder" if is_folder else ""


COMBINATIONS = (
    Combination(
        _torchvision,
        PROBLEM,
        "networks of torchvision and timm cannot be loaded",
        "install both anew from one index: pip install --force-reinstall torch torchvision",
    ),
    Combination(
        _untested_major,
        NOTE,
        "a new major version may change numbers, or fail",
        "pip install 'numpy<3' 'pandas<4', or see whether `make test` passes",
    ),
    Combination(
        _cpu_build,
        NOTE,
        "everything runs on the CPU, which takes many times as long",
        "install a build of torch with CUDA (https://pytorch.org/get-started/locally)",
    ),
    Combination(
        _old_driver,
        NOTE,
        "everything runs on the CPU, which takes many times as long",
        "install a newer NVIDIA driver, or a torch for an older CUDA; in a container, pass --gpus all",
    ),
    Combination(
        _little_shared_memory,
        NOTE,
        "worker processes exchange arrays there; with too little they are killed",
        "in a container: docker run --shm-size=2g; or run with --jobs 1",
    ),
    Combination(
        _threads,
        NOTE,
        "more threads than cores wait for each other; another value is ignored or refused by libraries",
        "unset OMP_NUM_THREADS: a run divides the cores itself",
    ),
    Combination(
        _file_store,
        PROBLEM,
        "MLflow 3 refuses stores in a folder",
        "unset MLFLOW_TRACKING_URI (SQLite in the workspace), or name a server",
    ),
    Combination(
        lambda facts: facts.unusable_weights,
        PROBLEM,
        "BENCHMARK_WEIGHTS names the folder from which weights are loaded",
        "name a folder that 'benchmark weights export' has written, or unset it",
    ),
)


def combinations(around: Surroundings) -> Iterator[Finding]:
    """The rows of COMBINATIONS that hold here."""
    yield from judged(facts_here())


def judged(facts: Facts) -> Iterator[Finding]:
    """The rows of COMBINATIONS that hold for these facts."""
    found = [(row, what) for row in COMBINATIONS if (what := row.found(facts))]
    if not found:
        yield Finding(
            "combinations", OK, f"none of {len(COMBINATIONS)} combinations that are known to go wrong"
        )
    yield from (Finding("combinations", row.state, what, row.why, row.do) for row, what in found)


def facts_here() -> Facts:
    """The facts of this machine."""
    import torch  # takes seconds

    shared = Path("/dev/shm")
    return Facts(
        versions={name: installed(name) for name in ("torch", "torchvision", *_TESTED_MAJORS)},
        torchvision_error=_torchvision_error(),
        cuda_build=torch.version.cuda or "",
        cuda_usable=torch.cuda.is_available(),
        has_nvidia=Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None,
        shared_memory=shutil.disk_usage(shared).total if shared.is_dir() else None,
        cores=available_cores(),
        environment=dict(os.environ),
        unusable_weights=this_machine().unusable_weights,
    )


def _torchvision_error() -> str:
    try:
        import torchvision.ops  # noqa: F401 (its operators are registered, or not)
    except Exception as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""

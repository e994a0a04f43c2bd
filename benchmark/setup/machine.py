"""What this machine has: cores, memory, an accelerator, and pretrained networks that need no download."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmark.execution.executors import available_cores
from extractors.exported_weights import VARIABLE, read_index
from extractors.sources import INSTALLED
from extractors.sources.installed import PACKAGES, installed_file

_ACCELERATORS = ("nvidiactl", "nvmap", "dxg", "kfd")  # NVIDIA, its boards, both in WSL; AMD
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of a container


@dataclass(frozen=True)
class ReadyNetwork:
    """A network whose pretrained weights are on this machine: its name and `weights` in a grid."""

    name: str
    weights: str


@dataclass(frozen=True)
class Machine:
    """Cores and memory (bytes) that this process may use, the device of networks (cpu, cuda, mps), networks.

    `unusable_weights` says why the folder of BENCHMARK_WEIGHTS cannot be used; empty when it can, or is none.
    """

    cores: int
    memory: int
    device: str
    networks: tuple[ReadyNetwork, ...]
    unusable_weights: str = ""

    def in_words(self) -> str:
        """`2 cores, 8 GB, no GPU`."""
        cores = f"{self.cores} core{'s' * (self.cores > 1)}"
        return f"{cores}, {self.memory / 1e9:.0f} GB, {'no GPU' if self.device == 'cpu' else self.device}"


def this_machine() -> Machine:
    """This machine, by its operating system, installed packages and BENCHMARK_WEIGHTS; asks no network."""
    installed = [ReadyNetwork(name, INSTALLED) for name in PACKAGES if installed_file(name)]
    exported, problem = _exported()
    networks = tuple(dict.fromkeys([*installed[:1], *exported, *installed[1:]]))
    return Machine(available_cores(), memory(), network_device(), networks, problem)


def memory() -> int:
    """The bytes of memory that this process may use: the machine's, or its container's."""
    found = [psutil.virtual_memory().total]
    for path in _LIMITS:
        try:
            found.append(int(Path(path).read_text()))
        except (OSError, ValueError):  # no such limit, or `max`
            continue
    return min(found)


def _exported() -> tuple[list[ReadyNetwork], str]:
    """The networks with named weights in the folder of BENCHMARK_WEIGHTS, and why it cannot be used."""
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        return [], ""
    try:
        entries = read_index(Path(folder))
    except ValueError as error:
        return [], str(error)
    named = [e for e in entries if e.weights in ("imagenet", INSTALLED) and not e.model_args]
    return [ReadyNetwork(e.name, e.weights) for e in named if (Path(folder) / e.file).is_file()], ""


def network_device() -> str:
    """The device of networks without --device: cpu, cuda or mps. Imports torch where it may be no CPU."""
    if sys.platform == "linux" and not any(Path("/dev", name).exists() for name in _ACCELERATORS):
        return "cpu"
    from extractors.devices import choose_device  # imports torch, which takes seconds

    return str(choose_device().type)

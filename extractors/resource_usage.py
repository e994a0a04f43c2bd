"""Measure peak memory and, when codecarbon is installed, energy."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

_CLEAR, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_RESET_PEAK = "5"  # proc_pid_clear_refs(5): resets the peak resident memory


@dataclass
class Usage:
    """Seconds, memory and energy of some work, set when it ends; None where not measured.

    `peak_memory_bytes` is the peak resident memory of this process during the work, with interpreter,
    libraries and mapped files, without other processes. `energy_kwh` is this work's share of the machine's
    energy.
    """

    seconds: float = 0.0
    peak_memory_bytes: int | None = None
    energy_kwh: float | None = None

    @property
    def power_kw(self) -> float | None:
        """The mean power during the work, in kilowatts."""
        return None if self.energy_kwh is None else 3600 * self.energy_kwh / self.seconds


@contextmanager
def measured(share: float = 1.0) -> Iterator[Usage]:
    """Measure the work of the block; `share` of the machine's energy is counted for it.

    Peak memory needs Linux, where the peak of earlier cells in the same process can be reset. Energy is an
    estimate by codecarbon's offline tracker, which writes no files and does not use the network. Blocks must
    not be nested.
    """
    usage, resets, tracker = Usage(), _reset_peak(), _tracker()
    if tracker:
        tracker.start_task()
    began = perf_counter()
    try:
        yield usage
    finally:
        usage.seconds = perf_counter() - began
        if tracker and (task := tracker.stop_task()):
            usage.energy_kwh = share * task.energy_consumed
        usage.peak_memory_bytes = _peak() if resets else None


def _reset_peak() -> bool:
    """Reset the peak so far; False when the system does not allow it."""
    try:
        _CLEAR.write_text(_RESET_PEAK)
    except OSError:
        return False
    return True


def _peak() -> int | None:
    lines = _STATUS.read_text().splitlines()
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)


@cache
def _tracker() -> Any:
    """codecarbon's tracker, one per process since it takes seconds to start; None when not installed."""
    if find_spec("codecarbon") is None:
        return None
    from codecarbon import OfflineEmissionsTracker

    logging.getLogger("codecarbon").disabled = True  # it logs before it applies its `log_level`
    return OfflineEmissionsTracker(
        country_iso_code="USA",  # needed for emissions, which are not recorded
        save_to_file=False,
        allow_multiple_runs=True,  # one in each worker, without a lock file
    )

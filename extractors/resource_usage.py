"""What work takes of the machine: its peak of memory, and energy where codecarbon is installed."""

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
_RESET_PEAK = "5"  # man 5 proc_pid_clear_refs: peak resident set size := present one


@dataclass
class Usage:
    """What was used, known once the work has ended; None where it cannot be known.

    `peak_memory_bytes` is the most memory resident in this process meanwhile: interpreter, libraries and
    mapped files included, other processes not. `energy_kwh` is this work's share of what the machine used.
    """

    seconds: float = 0.0
    peak_memory_bytes: int | None = None
    energy_kwh: float | None = None

    @property
    def power_kw(self) -> float | None:
        """The mean power meanwhile, kilowatts."""
        return None if self.energy_kwh is None else 3600 * self.energy_kwh / self.seconds


@contextmanager
def measured(share: float = 1.0) -> Iterator[Usage]:
    """Measure what is done within; `share` is how much of the machine's energy meanwhile is this work's.

    The peak needs Linux, which alone can forget an earlier one: a process is used for many cells. Energy
    is an estimate by codecarbon's offline tracker, which neither writes files nor uses the network. Not
    to be nested.
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
    """Forget the peak so far; False where the system does not let us."""
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
    """codecarbon's tracker, one per process since it takes seconds to find the hardware; None without it."""
    if find_spec("codecarbon") is None:
        return None
    from codecarbon import OfflineEmissionsTracker

    logging.getLogger("codecarbon").disabled = True  # it speaks before it reads its `log_level`
    return OfflineEmissionsTracker(
        country_iso_code="USA",  # asked for by emissions, which are not recorded
        save_to_file=False,
        allow_multiple_runs=True,  # one in each worker, without a lock file
    )

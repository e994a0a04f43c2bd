"""The registry of checks, and their findings within a bounded time."""

import threading
from collections.abc import Iterator, Sequence

from benchmark.errors import reason
from benchmark.setup.doctor.combinations import combinations
from benchmark.setup.doctor.finding import NOTE, PROBLEM, Check, Finding, Surroundings
from benchmark.setup.doctor.grid_data import data
from benchmark.setup.doctor.hardware import cores_and_memory, devices, disk
from benchmark.setup.doctor.servers import cluster, tracking
from benchmark.setup.doctor.versions import extras, requirements, versions
from benchmark.setup.doctor.weights import weights

CHECKS = (  # in the order in which they are told
    Check("versions", versions),
    Check("requirements", requirements),
    Check("extras", extras),
    Check("memory", cores_and_memory),
    Check("disk", disk),
    Check("devices", devices),
    Check("combinations", combinations),
    Check("data", data, of_grid=True),
    Check("weights", weights, of_grid=True),
    Check("tracking", tracking),
    Check("cluster", cluster),
)
SECONDS = 60.0  # for one check; devices may take as long when a driver starts. Chosen by hand


def examine(around: Surroundings, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """The findings of all checks. One that fails or takes too long stops no other."""
    for check in checks:
        if around.grid is not None or not check.of_grid:
            yield from _within(check, around, SECONDS)


def _within(check: Check, around: Surroundings, seconds: float) -> list[Finding]:
    """The findings of a check, in a thread, since drivers and file servers may keep it for hours."""
    found: list[Finding] = []

    def call() -> None:
        try:
            found.extend(check.find(around))
        except Exception as error:
            what = f"this check failed: {reason(error)}"
            why, public = "nothing is known of it", f"this check failed: {type(error).__name__}"
            found.append(Finding(check.name, PROBLEM, what, why, "report it as a bug", public))

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        late = f"no answer within {seconds:g} seconds"
        why = "a run would wait as long, or longer"
        do = "wait and try again; look at disks and network"
        return [*found, Finding(check.name, NOTE, late, why, do, public=late)]
    return found

"""Draw figures into files, in parallel processes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.execution.executors import Share, run_all
from benchmark.reporting.figures import Planned
from results.figures import save

_FEW = 4  # figures that are drawn sooner than processes start


@dataclass(frozen=True)
class Drawn:
    """A figure that was written (`files`: its PDF, PNG and CSV), or the reason why there is none."""

    name: str
    caption: str
    files: Sequence[Path] = ()
    reason: str = ""


def draw(planned: Iterable[Planned], folder: Path, share: Share) -> list[Drawn]:
    """Write every figure below `folder`; the result keeps their order."""
    planned = list(planned)
    work = partial(_write, folder)
    drawn = map(work, planned) if len(planned) <= _FEW else run_all(work, planned, share)
    found = {figure.name: figure for figure in drawn}
    return [found[figure.name] for figure in planned]


def _write(folder: Path, planned: Planned) -> Drawn:
    if planned.figure is None:
        return Drawn(planned.name, planned.caption, reason=planned.reason)
    try:
        return Drawn(planned.name, planned.caption, save(planned.figure, folder, planned.name))
    except ValueError as error:
        return Drawn(planned.name, planned.caption, reason=str(error))

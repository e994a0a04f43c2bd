"""Draw figures into files, in parallel processes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from benchmark.execution.executors import Progress, Share, run_all
from benchmark.reporting.figures import Planned
from results.figures import save_drawn
from results.page.pictures import as_chart

_STAGE = "drawing figures"
_FEW = 4  # figures that are drawn sooner than processes start


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure that was written (`files`: PDF, PNG and CSV, of `frame`), or the reason why there is none.

    `chart` is the PNG in few colours, for the page.
    """

    name: str
    caption: str
    files: Sequence[Path] = ()
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    reason: str = ""
    chart: bytes = b""


def draw(
    planned: Iterable[Planned],
    folder: Path,
    share: Share,
    progress: Progress = lambda stage, steps, total: None,
) -> list[Drawn]:
    """Write every figure below `folder`; the result keeps their order."""
    planned = list(planned)
    work = partial(_write, folder)
    drawn = map(work, planned) if len(planned) <= _FEW else run_all(work, planned, share)
    found = {}
    progress(_STAGE, 0, len(planned))
    for figure in drawn:
        found[figure.name] = figure
        progress(_STAGE, 1, len(planned))
    return [found[figure.name] for figure in planned]


def _write(folder: Path, planned: Planned) -> Drawn:
    if planned.figure is None:
        return Drawn(planned.name, planned.caption, reason=planned.reason)
    try:
        table, picture = planned.figure.frame(), planned.figure.plot()
        files = save_drawn(table, picture, folder, planned.name)
        return Drawn(planned.name, planned.caption, files, table, chart=as_chart(files[1]))
    except ValueError as error:
        return Drawn(planned.name, planned.caption, reason=str(error))

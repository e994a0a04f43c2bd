"""Leave one site out: a grid file per site, and what their finished results say together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmark.analysis.answers import Answers, answers_of
from benchmark.analysis.finished import current_records
from benchmark.analysis.kept_grid import planned_of
from benchmark.analysis.sites import pooled_rows, site_rows
from benchmark.api_arguments import WorkspaceLike, workspace_of
from benchmark.datasets.sites import sites_of
from benchmark.errors import UserError
from benchmark.execution.executors import share_cores
from benchmark.execution.open_plan import load_manifest, open_plan
from benchmark.grid.schema import read_grid
from benchmark.grid.site_grids import write_site_grids
from benchmark.store.record import Finished


@dataclass(frozen=True)
class Sites:
    """The grid file of each site, the answers of those with finished cells, and why others have none."""

    grids: Mapping[str, Path]
    answers: Mapping[str, Answers]
    missing: Mapping[str, str] = field(default_factory=dict)

    def each(self) -> pd.DataFrame:
        """The verdict at each site: `benchmark.analysis.sites.site_rows`."""
        return site_rows(self.answers)

    def pooled(self) -> pd.DataFrame:
        """The verdict over sites: `benchmark.analysis.sites.pooled_rows`."""
        return pooled_rows(self.answers)


def sites(grid: Path | str, workspace: WorkspaceLike = "runs", *, jobs: int | None = None) -> Sites:
    """Write a grid file for each site of a grid's data set, beside it, and read the results that there are.

    Nothing is fitted: each of the files is run as any grid. A site that cannot be a test set (of one class,
    say) has its reason in `missing`, and the others go on. Raises UserError for a data set without a column
    `site` with two sites or more.
    """
    path, place, share = Path(grid), workspace_of(workspace), share_cores(jobs)
    known = sites_of(load_manifest(read_grid(path).dataset, place.cache))
    grids = write_site_grids(path, known)
    found: dict[str, Answers] = {}
    missing: dict[str, str] = {}
    for site, file in grids.items():
        try:
            plan, records = open_plan(read_grid(file), place, draw=False)
        except UserError as error:
            missing[site] = str(error)
            continue
        finished = [r for r in current_records(plan, records) if isinstance(r, Finished)]
        if finished:
            found[site] = answers_of(plan.grid.evaluation, records, finished, share, planned_of(plan))
        else:
            missing[site] = "no cell is finished"
    return Sites(grids, found, missing)

"""The Python API: read a grid, plan it, run it, load its results, compare, write the report.

    import benchmark as bm

    grid = bm.read_grid("grids/quickstart.yaml")
    results = bm.run(grid, workspace="runs", jobs=2)
    results.compare()
    results.learning_curves().plot()
    bm.report(results, out="paper")

Nothing here prints or exits. Bad input raises UserError, a ValueError whose message says what to change.
Progress is told to callbacks; what happens on the way is logged (`logging.getLogger("benchmark")`).
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from benchmark.analysis.answers import answers_of
from benchmark.analysis.finished import current_records, read_records
from benchmark.analysis.grid_results import Results
from benchmark.analysis.kept_answers import kept_answers
from benchmark.analysis.kept_grid import keep_grid, kept_of, planned_of
from benchmark.api_arguments import GridLike, WorkspaceLike, grid_of, is_name, workspace_of
from benchmark.data_api import audit, augmentations, croissant
from benchmark.datasets.at_path import Labels
from benchmark.errors import UserError
from benchmark.execution.cluster.opened import LOCAL, ExecutorSettings, executor_of
from benchmark.execution.executors import Progress, Share, share_cores
from benchmark.execution.external_sets import as_now
from benchmark.execution.kept_models import drop_other_models, with_missing_models
from benchmark.execution.open_plan import open_plan
from benchmark.execution.plan import Plan, with_lacking
from benchmark.execution.run_settings import RunSettings
from benchmark.execution.takeover import take_over
from benchmark.grid.schema import Grid, read_grid
from benchmark.models_api import explain, load_model, localisation, model_card
from benchmark.prediction.studies import find_studies
from benchmark.reporting.write import Report, write_report
from benchmark.setup.asked import Asked
from benchmark.setup.propose import NIGHT, Proposal, propose
from benchmark.sharing.export import export_grid
from benchmark.sharing.importing import Imported, import_into_plan, import_numbered
from benchmark.sharing.leaderboard import Leaderboard, leaderboard_of
from benchmark.sharing.leaderboard_page import write_leaderboard
from benchmark.sharing.opened_exports import open_exports
from benchmark.store.record import Epoch, Failed, Finished, Header, Record
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import NotLoggedError, Session
from results.projection import PCA, check_projection

__all__ = [
    "ExecutorSettings",
    "Grid",
    "Plan",
    "Proposal",
    "Record",
    "Report",
    "Results",
    "UserError",
    "Workspace",
    "audit",
    "augmentations",
    "compare",
    "croissant",
    "explain",
    "export_results",
    "find_studies",
    "import_results",
    "leaderboard",
    "load_model",
    "load_results",
    "localisation",
    "model_card",
    "plan",
    "propose_grid",
    "read_grid",
    "report",
    "run",
    "track",
]

_log = logging.getLogger(__name__)
OnEpoch = Callable[[Header, Epoch], None]
OnCell = Callable[[Record], None]


def propose_grid(
    data: Path | str,
    out: Path | str = "grid.yaml",
    *,
    name: str = "",
    abnormal: Sequence[str] = (),
    labels: Path | str | None = None,
    guess_patients: bool = False,
    task: str = "",
    classes: Sequence[str] = (),
    hours: float = NIGHT,
    margin: float | None = None,
    workspace: WorkspaceLike = "runs",
) -> Proposal:
    """A commented grid that fits a data set and this machine: `.text`; `.write()` makes the file `out`.

    `data` is a folder of class folders, a manifest CSV, MURA's folder, a MedMNIST file or a folder of DICOM
    files. `abnormal` names the class folders or labels that are abnormal where their names leave it open;
    `task` and `classes` keep several classes, grades or findings. `labels` is the CSV of DICOM files. The
    plan takes at most `hours` here. `margin` is the smallest difference that matters; by default the test
    set's counts choose it. Raises UserError for data that cannot be used.
    """
    listed = Path(labels) if labels is not None else None
    place = workspace_of(workspace).cache
    kept = Labels(task, tuple(classes))
    asked = Asked(Path(data), Path(out), place, tuple(abnormal), listed, guess_patients, kept)
    return propose(asked, name=name, hours=hours, margin=margin)


def plan(grid: GridLike, workspace: WorkspaceLike = "runs") -> Plan:
    """What a run would do, by the records of the workspace; computes nothing. See `Plan.to_frame`."""
    return open_plan(grid_of(grid), workspace_of(workspace), draw=False)[0]


def run(
    grid: GridLike,
    workspace: WorkspaceLike = "runs",
    *,
    jobs: int | None = None,
    device: str = "auto",
    engine: str = "auto",
    embedding_processes: int | None = None,
    skip_unreadable: bool = False,
    executor: ExecutorSettings = LOCAL,
    track: bool = True,
    tracking_uri: str | None = None,
    progress: Progress = lambda stage, steps, total: None,
    on_epoch: OnEpoch = lambda record, epoch: None,
    on_cell: OnCell = lambda record: None,
) -> Results:
    """Bring every cell of a grid to `done`, log it to MLflow unless told not to, and return the results.

    `jobs` are processes at once (default: one per core); `device` is auto, cpu, cuda, cuda:1 or mps.
    `engine` (auto, onnxruntime, openvino, torch) runs frozen networks where it gives the same as torch.
    `embedding_processes` share the cores when networks embed on the CPU (default: one for each 8 cores).
    `executor` says where cells are computed: in processes of this machine or on a cluster.
    `progress` is told (stage, steps done now, steps in all), `on_epoch` each epoch of a fine-tuning,
    `on_cell` each record as it is written. A cell that cannot be fitted is in `Results.failed` and stops no
    other. A tracking store that fails stops nothing either: `Results.not_tracked` says why, and `track` logs
    the results later. Raises UserError for a grid, data, a device or an engine that cannot be used.
    """
    place = workspace_of(workspace, tracking_uri)
    opened, records = open_plan(grid_of(grid), place, read_images=True)
    share = share_cores(jobs)
    opened = with_lacking(with_missing_models(take_over(opened, records), records), records)
    session = Session(place, opened, records) if track else None
    try:
        if opened.todo:
            with executor_of(executor, share, device) as opened_executor:
                settings = RunSettings(
                    place.cache,
                    opened_executor,
                    device=device,
                    engine=engine,
                    skip_unreadable=skip_unreadable,
                    embedding_processes=embedding_processes,
                )
                _compute(opened, records, session, settings, progress, on_epoch, on_cell)
        drop_other_models(opened, records)
        keep_grid(kept_of(opened), records)
        known = read_records(opened, records)
        results = _results(opened, records, known, share)
        if session:
            session.close(known, results.answers)
    except NotLoggedError as error:
        return replace(results, not_tracked=str(error))
    finally:
        if session:
            session.end()
    return results


def track(
    grid: GridLike,
    workspace: WorkspaceLike = "runs",
    *,
    jobs: int | None = None,
    tracking_uri: str | None = None,
) -> Results:
    """Log to MLflow what it lacks of a grid's finished and failed cells, and return them; fits nothing.

    For results whose run could not be logged, and for another store than theirs. Raises UserError when the
    store cannot be used.
    """
    place = workspace_of(workspace, tracking_uri)
    opened, records = open_plan(grid_of(grid), place, draw=False)
    known = current_records(opened, records)
    results = _results(opened, records, known, share_cores(jobs))
    if known:
        Session(place, opened, records).close(known, results.answers, look=True)
    return results


def _results(plan: Plan, records: Records, known: list[Record], share: Share) -> Results:
    finished, outdated = as_now([record for record in known if isinstance(record, Finished)], plan.external)
    for line in outdated:
        _log.warning("%s", line)
    names = [one.name for one in plan.external]
    answers = answers_of(plan.grid.evaluation, records, finished, share, planned_of(plan), names)
    return Results(answers, plan, tuple(record for record in known if isinstance(record, Failed)))


def _compute(
    plan: Plan,
    records: Records,
    session: Session | None,
    settings: RunSettings,
    progress: Progress,
    on_epoch: OnEpoch,
    on_cell: OnCell,
) -> None:
    """Compute every cell that is not done, and tell MLflow's session and the callbacks of it."""
    from benchmark.execution.run import run_plan  # imports torch and scikit-learn: seconds to import

    records.sweep()
    if session:
        session.begin()

    def epoch_done(record: Header, epoch: Epoch) -> None:
        if session:
            session.log_epoch(record, epoch)
        on_epoch(record, epoch)

    for cell, _ in run_plan(plan, records, settings, progress, epoch_done):
        record = records.read(cell)
        if record is not None:  # else deleted by another process since
            if session:
                session.log_cell(record)
            on_cell(record)


def load_results(workspace: WorkspaceLike, grid: GridLike, *, jobs: int | None = None) -> Results:
    """The results of a grid that are done; nothing is fitted.

    `grid` is a Grid or a grid file: cells that are stale are left out. Or the name of a grid that was run in
    this workspace: then all its finished cells as they are, without a look at the images, which need not be
    there. Raises UserError when there is no such grid.
    """
    place, share = workspace_of(workspace), share_cores(jobs)
    if isinstance(grid, str) and is_name(grid):
        answers, failed = kept_answers(place.records(grid), share)
        return Results(answers, None, failed)
    opened, records = open_plan(grid_of(grid), place, draw=False)
    return _results(opened, records, current_records(opened, records), share)


def export_results(grid: GridLike, out: Path | str, workspace: WorkspaceLike = "runs") -> int:
    """Write a grid's finished cells into the zip `out`, to give away; returns their number.

    Without pixels and folders, and with numbers in place of the ids of images, studies and patients. Raises
    UserError when no cell is done and when `out` is there already.
    """
    opened, records = open_plan(grid_of(grid), workspace_of(workspace), draw=False)
    return export_grid(opened, records, Path(out))


def import_results(
    files: Sequence[Path | str], workspace: WorkspaceLike = "runs", *, grid: GridLike | None = None
) -> Imported:
    """Read exports of one grid into the workspace; cells that are there already stay.

    With `grid`, whose data set is here, the ids come back and the cells are as if computed here. Raises
    UserError for a file that is no export, is damaged, or was tested on other patients.
    """
    paths, place = [Path(file) for file in files], workspace_of(workspace)
    if grid is None:
        return import_numbered(paths, place)
    return import_into_plan(paths, *open_plan(grid_of(grid), place, draw=False))


def leaderboard(files: Sequence[Path | str], out: Path | str, *, jobs: int | None = None) -> Leaderboard:
    """Compare exports on a page: leaderboard.html and leaderboard.json in the folder `out`.

    Exports of one test set are compared directly, paired by patient; over data sets ranks alone are. Raises
    UserError for a file that is no export or is damaged, and for a folder that cannot be written.
    """
    if not files:
        raise UserError("a leaderboard needs an export: make one with 'benchmark export'")
    with TemporaryDirectory() as folder:
        opened = open_exports([Path(file) for file in files], Path(folder), share_cores(jobs))
        board = leaderboard_of(opened)
    write_leaderboard(board, Path(out))
    return board


def compare(results: Results) -> pd.DataFrame:
    """Freeze or fine-tune? `results.compare()`."""
    return results.compare()


def report(
    results: Results,
    out: Path | str,
    *,
    jobs: int | None = None,
    grid_text: str = "",
    projection: str = PCA,
    progress: Progress = lambda stage, steps, total: None,
) -> Report:
    """Write figures, tables, metrics.csv and report.html into the folder `out`; fits no classifier.

    `grid_text` is shown as the grid on the page (default: the grid as JSON). `projection` (pca, or umap with
    the extra of that name) is that of the embeddings. `progress` is told (stage, steps done now, steps
    in all). Raises UserError without any finished cell, for results
    that were loaded by name, for a projection that cannot be had, and when `out` cannot be written.
    """
    if results.plan is None:
        raise UserError("a report needs the grid and its data: load_results(workspace, 'grid.yaml')")
    try:
        check_projection(projection)
    except ValueError as error:
        raise UserError(str(error)) from None
    text = grid_text or results.plan.grid.model_dump_json(indent=1, exclude_defaults=True)
    return write_report(
        results.plan, results.answers, Path(out), share_cores(jobs), text, projection, progress
    )

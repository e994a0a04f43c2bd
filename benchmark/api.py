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

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmark.analysis.answers import answers_of
from benchmark.analysis.finished import current_records, read_records
from benchmark.analysis.grid_results import Results
from benchmark.analysis.planned import Planned, planned_comparisons
from benchmark.datasets.kinds import kind_at
from benchmark.errors import UserError, reason
from benchmark.execution.cluster.opened import LOCAL, ExecutorSettings, executor_of
from benchmark.execution.executors import Executor, Progress, Share, share_cores
from benchmark.execution.kept_models import drop_other_models, with_missing_models
from benchmark.execution.open_plan import load_manifest, open_plan
from benchmark.execution.plan import Plan
from benchmark.execution.takeover import take_over
from benchmark.grid.schema import Evaluation, Grid, read_grid
from benchmark.prediction.studies import find_studies
from benchmark.reporting.write import Report, write_report
from benchmark.store.record import Epoch, Failed, Finished, Header, Record
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import NotLoggedError, Session
from extractors.array_store import write_atomically
from results.projection import PCA, check_projection

__all__ = [
    "ExecutorSettings",
    "Grid",
    "Plan",
    "Record",
    "Report",
    "Results",
    "UserError",
    "Workspace",
    "audit",
    "augmentations",
    "compare",
    "explain",
    "find_studies",
    "load_model",
    "load_results",
    "localisation",
    "plan",
    "read_grid",
    "report",
    "run",
    "track",
]

if TYPE_CHECKING:
    from benchmark.datasets.audit.checks import Audit
    from benchmark.prediction.pictures import Pictures
    from benchmark.prediction.predictor import Predictor

GridLike = Grid | Path | str  # a grid, or the path of a grid file
WorkspaceLike = Workspace | Path | str  # a workspace, or its folder
OnEpoch = Callable[[Header, Epoch], None]
OnCell = Callable[[Record], None]
_GRID = "grid.json"  # in the grid's folder: its cells and evaluation, as it was run last
_log = logging.getLogger(__name__)


def plan(grid: GridLike, workspace: WorkspaceLike = "runs") -> Plan:
    """What a run would do, by the records of the workspace; computes nothing. See `Plan.to_frame`."""
    return open_plan(_grid(grid), _workspace(workspace), draw=False)[0]


def run(
    grid: GridLike,
    workspace: WorkspaceLike = "runs",
    *,
    jobs: int | None = None,
    device: str = "auto",
    engine: str = "auto",
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
    `executor` says where cells are computed: in processes of this machine or on a cluster.
    `progress` is told (stage, steps done now, steps in all), `on_epoch` each epoch of a fine-tuning,
    `on_cell` each record as it is written. A cell that cannot be fitted is in `Results.failed` and stops no
    other. A tracking store that fails stops nothing either: `Results.not_tracked` says why, and `track` logs
    the results later. Raises UserError for a grid, data, a device or an engine that cannot be used.
    """
    place = _workspace(workspace, tracking_uri)
    opened, records = open_plan(_grid(grid), place, read_images=True)
    share = share_cores(jobs)
    opened = with_missing_models(take_over(opened, records), records)
    session = Session(place, opened, records) if track else None
    try:
        if opened.todo:
            with executor_of(executor, share, device) as opened_executor:
                settings = (place.cache, opened_executor, device, engine, skip_unreadable)
                _compute(opened, records, session, settings, progress, on_epoch, on_cell)
        drop_other_models(opened, records)
        _remember(opened, records)
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
    place = _workspace(workspace, tracking_uri)
    opened, records = open_plan(_grid(grid), place, draw=False)
    known = current_records(opened, records)
    results = _results(opened, records, known, share_cores(jobs))
    if known:
        Session(place, opened, records).close(known, results.answers, look=True)
    return results


def _results(plan: Plan, records: Records, known: list[Record], share: Share) -> Results:
    finished = [record for record in known if isinstance(record, Finished)]
    answers = answers_of(plan.grid.evaluation, records, finished, share, _planned(plan))
    return Results(answers, plan, tuple(record for record in known if isinstance(record, Failed)))


def _compute(
    plan: Plan,
    records: Records,
    session: Session | None,
    settings: tuple[Path, Executor, str, str, bool],
    progress: Progress,
    on_epoch: OnEpoch,
    on_cell: OnCell,
) -> None:
    """Compute every cell that is not done, and tell MLflow's session and the callbacks of it."""
    from benchmark.execution.run import Settings, run_plan  # torch and scikit-learn: seconds to import

    records.sweep()
    if session:
        session.begin()

    def epoch_done(record: Header, epoch: Epoch) -> None:
        if session:
            session.log_epoch(record, epoch)
        on_epoch(record, epoch)

    for cell, _ in run_plan(plan, records, Settings(*settings), progress, epoch_done):
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
    place, share = _workspace(workspace), share_cores(jobs)
    if isinstance(grid, str) and _is_name(grid):
        return _load_by_name(place, grid, share)
    opened, records = open_plan(_grid(grid), place, draw=False)
    return _results(opened, records, current_records(opened, records), share)


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
) -> Report:
    """Write figures, tables, metrics.csv and report.html into the folder `out`; fits no classifier.

    `grid_text` is shown as the grid on the page (default: the grid as JSON). `projection` (pca, or umap with
    the extra of that name) is that of the embeddings. Raises UserError without any finished cell, for results
    that were loaded by name, for a projection that cannot be had, and when `out` cannot be written.
    """
    if results.plan is None:
        raise UserError("a report needs the grid and its data: load_results(workspace, 'grid.yaml')")
    try:
        check_projection(projection)
    except ValueError as error:
        raise UserError(str(error)) from None
    text = grid_text or results.plan.grid.model_dump_json(indent=1, exclude_defaults=True)
    return write_report(results.plan, results.answers, Path(out), share_cores(jobs), text, projection)


def audit(
    root: Path | str,
    workspace: WorkspaceLike = "runs",
    *,
    jobs: int | None = None,
    progress: Progress = lambda stage, steps, total: None,
) -> "Audit":
    """Look for copies, label conflicts and shortcuts in a data set: MURA's folder or a manifest (CSV).

    The result's `findings` are one per check; `benchmark.datasets.audit.page.write_page` shows them.
    `progress` is told (stage, steps done now, steps in all). Raises UserError for a data set that cannot be
    read; a single image that cannot is a finding.
    """
    from benchmark.datasets.audit.checks import audit as audit_images  # imports torch, which takes seconds

    kind, cores = kind_at(Path(root)), share_cores(jobs).jobs
    keys = kind.model.model_validate({"kind": kind.name, "root": root})
    return audit_images(kind.read(keys, _workspace(workspace).cache, cores), jobs=cores, progress=progress)


def _grid(grid: GridLike) -> Grid:
    return grid if isinstance(grid, Grid) else read_grid(Path(grid))


def _workspace(workspace: WorkspaceLike, tracking_uri: str | None = None) -> Workspace:
    place = workspace if isinstance(workspace, Workspace) else Workspace(Path(workspace).absolute())
    return replace(place, tracking_uri=tracking_uri) if tracking_uri else place


def _planned(plan: Plan) -> list[Planned]:
    return planned_comparisons(planned.cell for planned in plan.cells)


def _remember(plan: Plan, records: Records) -> None:
    """Keep the evaluation, cells and comparisons of a grid beside its records, for `load_results` by name."""
    cells = [planned.cell.id for planned in plan.cells]
    content = {
        "evaluation": plan.grid.evaluation.model_dump(),
        "cells": cells,
        "comparisons": [one._asdict() for one in _planned(plan)],
    }
    text = json.dumps(content, indent=1)
    path = records.folder / _GRID
    try:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)
    except OSError as error:
        _log.warning("%s cannot be written: %s", path, reason(error))


def augmentations(grid: GridLike, out: Path | str, *, workspace: WorkspaceLike = "runs") -> list[Path]:
    """Draw what each recipe of a grid does to training images into `out`; returns the files.

    `workspace` is where a phantom is kept. Raises UserError for a grid without fine-tuning, and for data or a
    folder that cannot be used.
    """
    from benchmark.reporting.augmentations import save_augmentations  # imports torch, which is slow

    read = _grid(grid)
    return save_augmentations(read, load_manifest(read.dataset, _workspace(workspace).cache), Path(out))


def load_model(
    workspace: WorkspaceLike,
    grid: GridLike,
    cell: str,
    *,
    coverage: float = 0.9,
    device: str = "auto",
    engine: str = "auto",
) -> "Predictor":
    """The kept model of a cell, ready to judge studies: `predictor.predict(find_studies([folder]))`.

    `grid` as in `load_results`; `cell` is the id or its beginning. `coverage` is the probability with which
    the classes that the model does not rule out hold the true one; where it rules out neither or both, it
    abstains. `engine` as in `run`, but `auto` is that which the cell was fitted with, where it is installed.
    Raises UserError, with a list of the kept models, where there is no such model.
    """
    from benchmark.prediction.cells import find_model  # they import torch, which is slow
    from benchmark.prediction.predictor import predictor_of

    place = _workspace(workspace)
    records = place.records(grid_name(grid))
    return predictor_of(find_model(records, cell), coverage=coverage, device=device, engine=engine)


def grid_name(grid: GridLike) -> str:
    """The name of a grid or of the grid in a file; a name is returned as it is."""
    return grid if isinstance(grid, str) and _is_name(grid) else _grid(grid).name


def explain(
    workspace: WorkspaceLike,
    grid: GridLike,
    cell: str,
    paths: Iterable[Path | str] = (),
    *,
    out: Path | str,
    each_image: bool = False,
    device: str = "auto",
    engine: str = "auto",
) -> "Pictures":
    """Write pictures of what speaks for abnormal, and a page with them, into the folder `out`.

    Of the studies in `paths`; without any, of the most confident judgements of the cell's test set, for which
    `grid` must be a grid or a grid file. `grid`, `cell` and `engine` are as in `load_model`; maps that need
    gradients are by torch.
    Raises UserError for a model that cannot be used or has no map, and for paths that cannot be used; an
    image that cannot be read is in `Pictures.errors`.
    """
    from benchmark.prediction.cells import find_model  # they import torch, which is slow
    from benchmark.prediction.gallery import gallery_items
    from benchmark.prediction.pictures import Item, write_pictures

    place, by_name = _workspace(workspace), isinstance(grid, str) and _is_name(grid)
    records = place.records(str(grid) if by_name else _grid(grid).name)
    model, asked = find_model(records, cell), [Path(path) for path in paths]
    items: Iterable[Item]
    if asked:
        items = (Item("Studies", study) for study in find_studies(asked, each_image=each_image))
    elif by_name:
        raise UserError("name images to explain, or give the grid file instead of the grid's name")
    else:
        manifest = load_manifest(_grid(grid).dataset, place.cache)
        items = gallery_items(records.read_predictions(model.record), model.record.threshold, manifest)
    return write_pictures(model, items, Path(out), device, engine)


def localisation(results: Results, *, device: str = "auto") -> pd.DataFrame:
    """How well the maps of kept models find abnormalities of known place, in a data set with boxes.

    The columns are those of `benchmark.prediction.localisation_rows.localisation_rows`. Raises UserError for
    results that were loaded by name.
    """
    from benchmark.prediction.localisation_rows import localisation_rows  # imports torch, which is slow

    if results.plan is None:
        raise UserError("boxes belong to the data: load_results(workspace, 'grid.yaml')")
    return localisation_rows(results.plan, results.answers.cells, device)


def _is_name(grid: str) -> bool:
    """Whether a text is the name of a grid, not the path of a file."""
    return not Path(grid).is_file() and Path(grid).suffix not in (".yaml", ".yml")


def _load_by_name(workspace: Workspace, name: str, share: Share) -> Results:
    records = workspace.records(name)
    try:
        content = json.loads((records.folder / _GRID).read_text(encoding="utf-8"))
        evaluation, cells = Evaluation.model_validate(content["evaluation"]), list(content["cells"])
        asked = content.get("comparisons")  # older versions kept none
        planned = (
            None if asked is None else [Planned(**one | {"seeds": tuple(one["seeds"])}) for one in asked]
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{workspace.folder} holds no grid '{name}' that this version has run; give the grid file"
        ) from None
    found = [record for cell in cells if (record := records.read(str(cell))) is not None]
    known = [record for record in found if not records.damage(record.cell, record)]
    finished = [records.evaluated(record, evaluation) for record in known if isinstance(record, Finished)]
    failed = tuple(record for record in known if isinstance(record, Failed))
    return Results(answers_of(evaluation, records, finished, share, planned), None, failed)

"""The part of the Python API that uses kept models: judge images, show what they look at, describe them.

Its functions are in `benchmark.api` too.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmark.analysis.grid_results import Results
from benchmark.analysis.kept_grid import read_kept_grid
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.subgroups import cell_rows
from benchmark.api_arguments import GridLike, WorkspaceLike, grid_name, grid_of, is_name, workspace_of
from benchmark.errors import UserError, reason
from benchmark.execution.open_plan import load_manifest, open_plan
from benchmark.grid.schema import Grid
from benchmark.prediction.studies import find_studies
from benchmark.store.record import Finished
from benchmark.store.workspace import Workspace
from extractors.array_store import write_atomically

if TYPE_CHECKING:
    from benchmark.prediction.pictures import Pictures
    from benchmark.prediction.predictor import Predictor


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

    place = workspace_of(workspace)
    records = place.records(grid_name(grid))
    return predictor_of(find_model(records, cell), coverage=coverage, device=device, engine=engine)


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

    Of the studies in `paths`; without any, of the most confident judgements of the cell's test set, whose
    images must be where the grid says. `grid`, `cell` and `engine` are as in `load_model`; maps that need
    gradients are by torch. Raises UserError for a model that cannot be used or has no map, and for paths that
    cannot be used; an image that cannot be read is in `Pictures.errors`.
    """
    from benchmark.prediction.cells import find_model  # they import torch, which is slow
    from benchmark.prediction.gallery import gallery_items
    from benchmark.prediction.pictures import Item, write_pictures

    place = workspace_of(workspace)
    records = place.records(grid_name(grid))
    model, asked = find_model(records, cell), [Path(path) for path in paths]
    items: Iterable[Item]
    if asked:
        items = (Item("Studies", study) for study in find_studies(asked, each_image=each_image))
    else:
        by_name = isinstance(grid, str) and is_name(grid)
        dataset = read_kept_grid(records).dataset if by_name else grid_of(grid).dataset
        if dataset is None:
            raise UserError(
                f"where the images of the grid '{grid}' are is not kept with its results: name images to "
                "explain, give the grid file, or run the grid again"
            )
        manifest = load_manifest(dataset, place.cache)
        items = gallery_items(records.read_predictions(model.record), model.record.threshold, manifest)
    return write_pictures(model, items, Path(out), device, engine)


def model_card(
    workspace: WorkspaceLike, grid: GridLike, cell: str, out: Path | str = "model_card.md"
) -> Path:
    """Write the model card of a kept model, in Markdown, as the file `out`; returns it.

    `grid` and `cell` are as in `load_model`. With a grid (file) whose `evaluation` names `subgroups`, metrics
    by these columns of its data set are in the card. All else is from the model's record, and what that does
    not hold is said to be unknown. Raises UserError for a model, data or a file that cannot be used.
    """
    from benchmark.prediction.cells import find_model  # it imports torch, which is slow
    from benchmark.prediction.model_card import model_card as card_of

    place = workspace_of(workspace)
    records = place.records(grid_name(grid))
    model = find_model(records, cell)
    by_name = isinstance(grid, str) and is_name(grid)
    groups = None if by_name else _groups_of(grid_of(grid), place, model.record)
    try:
        write_atomically(Path(out), card_of(model, groups))
    except OSError as error:
        raise UserError(f"--out: {out} cannot be written ({reason(error)})") from None
    return Path(out)


def _groups_of(grid: Grid, place: Workspace, record: Finished) -> dict[str, list[dict[str, Any]]]:
    """A cell's metrics by each column that the grid names. Raises UserError for one that cannot be used."""
    if not grid.evaluation.subgroups:
        return {}
    plan, records = open_plan(grid, place, draw=False)
    cells = ResampledCells(grid.evaluation, records, [record], {})
    try:
        return {one.column: cell_rows(cells, record, plan, one) for one in grid.evaluation.subgroups}
    except (ValueError, KeyError) as error:
        raise error if isinstance(error, UserError) else UserError(f"subgroups: {reason(error)}") from None


def localisation(results: Results, *, device: str = "auto") -> pd.DataFrame:
    """How well the maps of kept models find abnormalities of known place, in a data set with boxes.

    The columns are those of `benchmark.prediction.localisation_rows.localisation_rows`. Raises UserError for
    results that were loaded by name.
    """
    from benchmark.prediction.localisation_rows import localisation_rows  # imports torch, which is slow

    if results.plan is None:
        raise UserError("boxes belong to the data: load_results(workspace, 'grid.yaml')")
    return localisation_rows(results.plan, results.answers.cells, device)

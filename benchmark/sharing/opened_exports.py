"""Exports opened side by side: their answers, and their cells in one metric so that they can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.analysis.answers import Answers
from benchmark.analysis.kept_answers import kept_answers
from benchmark.analysis.resampled_cells import ResampledCells, read_resampled_cells
from benchmark.errors import UserError
from benchmark.execution.executors import Share
from benchmark.grid.schema import Evaluation
from benchmark.sharing.archive import Archive, Index
from benchmark.sharing.importing import import_numbered
from benchmark.store.workspace import Workspace
from results.labels import distinct


@dataclass(frozen=True)
class Opened:
    """An export: the name of its file, its own answers, and its cells in the metric of the first export."""

    name: str
    index: Index
    answers: Answers
    cells: ResampledCells


def open_exports(paths: Sequence[Path], folder: Path, share: Share) -> list[Opened]:
    """Read exports into `folder`, an empty one, each by itself; cells of controls are left out.

    Every number is computed anew from the predictions. Raises UserError for a file that is no export, for one
    that is given twice and for one without a cell.
    """
    taken: set[str] = set()
    contents: dict[tuple[tuple[str, str], ...], Path] = {}
    found: list[Opened] = []
    for number, path in enumerate(paths):
        archive, workspace = Archive(path), Workspace(folder / str(number))
        import_numbered([path], workspace)
        answers, _ = kept_answers(workspace.records(archive.index.grid), share)
        records = answers.cells.finished
        if not records:
            raise UserError(f"{path} holds no cell that is finished and whole: export the grid again")
        digests = tuple(sorted((record.cell, record.predictions_sha256) for record in records))
        if digests in contents:
            raise UserError(f"{path} holds the same results as {contents[digests]}: name one of them")
        contents[digests] = path
        evaluation = found[0].cells.evaluation if found else answers.cells.evaluation
        found.append(
            Opened(distinct(path.stem, taken), archive.index, answers, _in(evaluation, answers, share))
        )
    return found


def _in(evaluation: Evaluation, answers: Answers, share: Share) -> ResampledCells:
    """The cells in the metric, unit, confidence and number of resamplings of another evaluation."""
    cells = answers.cells
    common = ("primary", "unit", "confidence", "resamples")
    asked = {name: getattr(evaluation, name) for name in common}
    if all(getattr(cells.evaluation, name) == value for name, value in asked.items()):
        return cells
    other = cells.evaluation.model_copy(update=asked)
    return read_resampled_cells(other, cells.records, cells.finished, share)

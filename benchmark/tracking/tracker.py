"""Log the records, curves and comparisons of a grid to MLflow; all can be logged again from the records."""

import json
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from benchmark.analysis.learning_curves import CURVE, CurvePoint
from benchmark.store.record import Epoch, Failed, Finished, Header, Record
from benchmark.tracking.comparison_run import log_comparison
from benchmark.tracking.curve_pages import page_tags
from benchmark.tracking.external_run import log_external
from benchmark.tracking.fields import (
    ANSWER,
    cell_metrics,
    cell_params,
    curve_name,
    curves_address,
    epoch_metrics,
    run_name,
)
from benchmark.tracking.mlflow_experiment import Experiment, Figures, milliseconds
from benchmark.tracking.mlflow_names import mlflow_value
from benchmark.tracking.report_run import log_report
from extractors.digests import digest_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlflow.entities import Metric, Run
    from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME

    from benchmark.tracking.whole_runs import WholeRun

LoggedCell = tuple[Record, Callable[[], Figures], Iterable[Path]]  # the arguments of `Tracker.log_cell`
_CELLS_AT_ONCE = 100  # in one transaction, so that the rows of thousands of cells are not in memory together
_LONGEST_LINKS = 4000  # characters in the experiment's note, whose length MLflow limits
_NOTE = """Learning curves, frozen and fine-tuned on one axis: {links}

*Curve* runs (`tags.kind = 'curve'`) log each metric with step = number of training images. Their children
are the single cells (`tags.kind = 'cell'`). *Comparison* runs (`tags.kind = 'comparison'`) hold the
head-to-head of a body part as table and figure. *Control* runs (`tags.kind = 'control'`) are curves of the
grid's controls; their cells have a param and a tag `control`."""


class Tracker:
    """Write to the MLflow experiment of one grid. Logging the same record twice changes nothing."""

    def __init__(
        self,
        uri: str,
        grid: str,
        body_parts: Iterable[str] = (),
        artifacts: Path | None = None,
        primary: tuple[str, str] = ("study", "auroc"),
    ) -> None:
        """Open the experiment; create it when absent. Raises UserError when the store cannot be reached.

        `primary` (unit, metric) is the metric that the UI draws first; only it is logged with its interval.
        """
        self._unit, self._metric = primary
        self._drawing = Lock()  # matplotlib draws in one thread at a time
        self._store = Experiment(uri, grid, artifacts)
        pages = {part: curves_address(self._store.id, part, primary) for part in body_parts}
        links = " · ".join(f"[{part}]({address})" for part, address in pages.items())
        if len(links) > _LONGEST_LINKS:
            links = "see the lines that `benchmark ui` prints"
        self._store.tag({"mlflow.note.content": _NOTE.format(links=links), **page_tags(pages)})
        runs = self._store.runs()
        self._cells = self._by_tag(runs, "cell")
        self._curves = self._by_tag(runs, "curve")
        self._comparisons = self._by_tag(runs, "comparison")

    def _by_tag(self, runs: Iterable[Run], tag: str) -> dict[str, Run]:
        """The runs with this tag by its value; of several (two processes logged at once) one stays."""
        found: dict[str, Run] = {}
        for run in runs:
            key = run.data.tags.get(tag)
            if key in found:
                self._store.delete(run)
            elif key is not None:
                found[key] = run
        return found

    def log_epoch(self, record: Header, epoch: Epoch) -> None:
        """Log an epoch of a running fine-tuning; the first one creates the cell's run."""
        run = self._cells.get(record.cell)
        if run is None or not self._continues(run, record, epoch.step):
            if run is not None:
                self._store.delete(run)
            run = self._store.begin(tags=self._cell_tags(record), started=record.started)
            self._cells[record.cell] = run
        self._store.log(run, _metrics_of_epoch(epoch))

    def log_cells(self, cells: Iterable[LoggedCell]) -> None:
        """Log many cells as `log_cell` does, to a server several at once.

        To a database of this machine those without epochs and files go together, a hundred in a transaction.
        Of the failures the first is raised; cells that were not begun by then are left out.
        """
        found = list(cells)
        for record, _, _ in found:
            self._curve(record.axes)  # which two threads must not begin both
        if self._store.runs_at_once == 1:
            for start in range(0, len(found), _CELLS_AT_ONCE):
                self._add(
                    [run for cell in found[start : start + _CELLS_AT_ONCE] if (run := self._log_cell(*cell))]
                )
            return
        with ThreadPoolExecutor(self._store.runs_at_once) as pool:
            try:
                for _ in pool.map(lambda cell: self.log_cell(*cell), found):
                    pass
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def log_cell(
        self,
        record: Record,
        figures: Callable[[], Figures] = dict,
        files: Iterable[Path] = (),
    ) -> None:
        """Log one cell as a child run of its learning curve, unless the same record is already logged.

        A run that `log_epoch` created is completed; any other run of the cell is replaced. `figures` (returns
        file name → matplotlib figure) is called only when they are written. Only the primary metric is logged
        with its interval: all intervals, which are in the record, would double MLflow's time.
        """
        run = self._log_cell(record, figures, files)
        self._add([run] if run else [])

    def _add(self, runs: Sequence[WholeRun]) -> None:
        for run in self._store.add(runs) if runs else []:
            self._cells[run.data.tags["cell"]] = run

    def _log_cell(
        self, record: Record, figures: Callable[[], Figures], files: Iterable[Path]
    ) -> WholeRun | None:
        """Log one cell, or return the run that is still to be added."""
        digest = digest_of(record.to_json())
        run = self._cells.get(record.cell)
        history = record.history if isinstance(record, Finished) else []
        if run is not None:
            if run.data.tags.get("record") == digest and run.info.status in ("FINISHED", "FAILED"):
                return None
            beyond = len(history) + 1 if isinstance(record, Finished) else math.inf
            if not self._continues(run, record, beyond):
                self._store.delete(run)
                run = None
        when = milliseconds(record.finished)
        step = record.counts.train_images if isinstance(record, Finished) else 0
        values = cell_metrics(record, f"{self._unit}/{self._metric}")
        metrics = [Metric(name, value, when, step) for name, value in values.items()]
        tags = {"record": digest} | ({"error": record.error} if isinstance(record, Failed) else {})
        status = "FINISHED" if isinstance(record, Finished) else "FAILED"
        with self._drawing:
            drawn = figures()
        kept, params = list(files), cell_params(record)
        if run is None and not (history or drawn or kept):
            every = self._cell_tags(record) | tags
            return WholeRun(milliseconds(record.started), when, status, every, params, metrics)
        if run is None:
            run = self._store.begin(tags=self._cell_tags(record), started=record.started)
        known = self._steps(run) if history else set()
        for epoch in history:
            if epoch.step not in known:
                self._store.log(run, _metrics_of_epoch(epoch))
        with self._drawing:
            self._store.log_artifacts(run, drawn, kept)
        self._cells[record.cell] = self._store.end(run, params, metrics, tags, status, when)
        return None

    def log_model(self, record: Finished, write: Callable[[Path], None]) -> None:
        """Log the model of a cell that was logged as the artifact folder `model` of its run, once per record.

        `write` is called with the path of a new folder, which it makes an MLflow model.
        """
        run, digest = self._cells[record.cell], digest_of(record.to_json())
        if run.data.tags.get("model") == digest:
            return
        with TemporaryDirectory() as folder:
            write(Path(folder) / "model")
            self._store.client.log_artifacts(run.info.run_id, str(Path(folder) / "model"), "model")
        self._store.client.set_tag(run.info.run_id, "model", digest)

    def log_comparison(
        self, body_part: str, rows: Sequence[Mapping[str, Any]], figures: Callable[[], Figures]
    ) -> None:
        """Log a head-to-head of one body part: `comparison_run.log_comparison`."""
        log_comparison(self._store, self._comparisons, body_part, rows, figures)

    def log_external(self, rows: Sequence[dict[str, Any]]) -> None:
        """Log verdicts and changes on external sets: `external_run.log_external`."""
        log_external(self._store, rows)

    def log_report(self, folder: Path, files: Iterable[Path], digest: str) -> None:
        """Log a report's files: `report_run.log_report`."""
        log_report(self._store, folder, files, digest)

    def log_curves(self, points: Iterable[CurvePoint]) -> None:
        """Log each point of the curves once, at step = train_images; a changed curve gets a new run.

        The primary metric and its bounds are named `answer/UNIT METRIC`, so that the UI draws them first.
        """
        wanted: dict[str, dict[int, CurvePoint]] = {}
        for point in points:
            if point.value is not None:
                wanted.setdefault(curve_name(point.axes), {})[point.train_images] = point
        for curve, steps in wanted.items():
            key = ANSWER.format(unit=self._unit, metric=self._metric)
            axes, names = (
                next(iter(steps.values())).axes,
                {"value": key, "low": f"{key} low", "high": f"{key} high"},
            )
            fresh = mlflow_value(curve_name(axes)) not in self._curves
            run = self._curve(axes)
            there = {name: {} if fresh else self._store.history(run, names[name]) for name in names}
            outdated = any(
                step not in steps or getattr(steps[step], name) != value
                for name, values in there.items()
                for step, value in values.items()
            )
            if outdated:
                run, there = self._renew_curve(run), {"value": {}}
            metrics = [
                Metric(name, value, milliseconds(None), step)
                for step, point in sorted(steps.items())
                if step not in there["value"]
                for name, value in (
                    point.means | {logged: getattr(point, name) for name, logged in names.items()}
                ).items()
                if value is not None
            ]
            if metrics:
                self._store.log(run, metrics)
            self._curves[mlflow_value(curve)] = run

    def _curve(self, axes: Mapping[str, Any]) -> Run:
        name = mlflow_value(curve_name(axes))
        if name not in self._curves:
            params = {name: axes[name] for name in (*CURVE, "control") if axes.get(name)}
            control = params.get("control")
            kind = {"kind": "control", "control": control} if control else {"kind": "curve"}
            run = self._store.begin({**kind, "curve": name, MLFLOW_RUN_NAME: run_name(axes)})
            self._curves[name] = self._store.end(run, params, [], {})
        return self._curves[name]

    def _renew_curve(self, run: Run) -> Run:
        """Replace a curve run whose points have changed; its child runs get the new parent."""
        name = run.data.tags["curve"]
        del self._curves[name]
        fresh = self._curve(run.data.params)
        for cell in self._cells.values():
            if cell.data.tags.get(MLFLOW_PARENT_RUN_ID) == run.info.run_id:
                self._store.client.set_tag(cell.info.run_id, MLFLOW_PARENT_RUN_ID, fresh.info.run_id)
        self._store.delete(run)
        return fresh

    def _cell_tags(self, record: Header) -> dict[str, str]:
        control = {"control": record.control} if record.control else {}
        return {
            "kind": "cell",
            **control,
            "cell": record.cell,
            MLFLOW_PARENT_RUN_ID: self._curve(record.axes).info.run_id,
            MLFLOW_RUN_NAME: f"{run_name(record.axes)} · {record.size_name} · seed {record.seed}",
            "fingerprint": json.dumps(record.fingerprint, sort_keys=True),
        }

    def _continues(self, run: Run, record: Header, step: float) -> bool:
        """Whether a run belongs to this unfinished computation and has no epoch at or after `step`."""
        same = run.data.tags.get("fingerprint") == mlflow_value(
            json.dumps(record.fingerprint, sort_keys=True)
        )
        return same and run.info.status == "RUNNING" and max(self._steps(run), default=0) < step

    def _steps(self, run: Run) -> set[int]:
        return set(self._store.history(run, "epoch/train_loss"))


def _metrics_of_epoch(epoch: Epoch) -> list[Metric]:
    now = milliseconds(None)
    return [Metric(name, value, now, epoch.step) for name, value in epoch_metrics(epoch).items()]

"""Access to one MLflow experiment: open it, begin, fill and end its runs."""

import logging
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

from sqlalchemy import Connection, event, make_url  # the library by which MLflow uses its database
from sqlalchemy.engine import Engine

from benchmark.errors import UserError, reason

_TELEMETRY = "MLFLOW_DISABLE_TELEMETRY"


@contextmanager
def _telemetry_disabled() -> Iterator[None]:
    """Disable MLflow's telemetry, which is set up when it is imported; the environment stays as it was."""
    before = os.environ.get(_TELEMETRY)
    os.environ.setdefault(_TELEMETRY, "true")
    try:
        yield
    finally:
        if before is None:
            del os.environ[_TELEMETRY]


with warnings.catch_warnings(), _telemetry_disabled():
    warnings.simplefilter("ignore")
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, Run, RunData, RunInfo, RunTag

Figures = Mapping[str, Any]  # file name → matplotlib figure
_KIND = (
    "custom_model_development"  # so that the UI opens the list of runs, not the traces of a language model
)
_LONGEST_PARAM = 6000  # mlflow.utils.validation.MAX_PARAM_VAL_LENGTH


class Experiment:
    """An experiment of one MLflow store; `client` is MLflow's own, for calls that have no method here."""

    def __init__(self, uri: str, name: str, artifacts: Path | None) -> None:
        """Open the experiment; create it when absent. Raises UserError when the store cannot be reached."""
        self._uri = uri
        with _usable(uri), _quiet("alembic", "mlflow"), _without_fsync(uri):
            self.client = MlflowClient(tracking_uri=uri)
            found = self.client.get_experiment_by_name(name)
            if found is None:
                location = artifacts.resolve().as_uri() if artifacts else None
                self.id = self.client.create_experiment(name, artifact_location=location)
                self.client.set_experiment_tag(self.id, "mlflow.experimentKind", _KIND)
            else:
                self.id = found.experiment_id
            self._tags = dict(found.tags) if found else {}

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set these tags of the experiment where they differ. Raises UserError when the store fails."""
        with _usable(self._uri):
            for key, value in tags.items():
                if self._tags.get(key) != value:
                    self.client.set_experiment_tag(self.id, key, value)

    def runs(self) -> list[Run]:
        """Return all runs that are not deleted."""
        runs: list[Run] = []
        token: str | None = None
        while True:
            page = self.client.search_runs([self.id], max_results=5000, page_token=token)
            runs.extend(page)
            token = page.token
            if not token:
                return runs

    def begin(self, tags: Mapping[str, str], started: str | None = None) -> Run:
        """Create a run with status RUNNING; `started` is a time in ISO 8601 format, by default now."""
        return self.client.create_run(self.id, start_time=milliseconds(started), tags=dict(tags))

    def end(
        self,
        run: Run,
        params: Mapping[str, Any],
        metrics: Sequence[Metric],
        tags: Mapping[str, str],
        status: str = "FINISHED",
        finished: int | None = None,
    ) -> Run:
        """Write params, metrics and tags of a run and end it; returns the run as it is now.

        `finished` is in milliseconds since 1970, by default now. MLflow takes params of at most 6,000
        characters: longer ones are cut.
        """
        ended = finished or milliseconds(None)
        self.client.log_batch(
            run.info.run_id,
            metrics=metrics,
            params=[Param(key, str(value)[:_LONGEST_PARAM]) for key, value in params.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
        self.client.set_terminated(run.info.run_id, status=status, end_time=ended)
        info = RunInfo(**(dict(run.info) | {"status": status, "end_time": ended}))
        every_tag = [RunTag(key, value) for key, value in (run.data.tags | dict(tags)).items()]
        every_param = [Param(key, str(value)) for key, value in (run.data.params | dict(params)).items()]
        return Run(info, RunData(list(metrics), every_param, every_tag))

    def delete(self, run: Run) -> None:
        """Delete a run."""
        self.client.delete_run(run.info.run_id)

    def log(self, run: Run, metrics: Sequence[Metric]) -> None:
        """Write metrics of a running run."""
        self.client.log_batch(run.info.run_id, metrics=metrics)

    def history(self, run: Run, name: str) -> dict[int, float]:
        """Return a metric's value at each step."""
        return {m.step: m.value for m in self.client.get_metric_history(run.info.run_id, name)}

    def log_artifacts(self, run: Run, figures: Figures, files: Iterable[Path] = ()) -> None:
        """Write figures and files; in a store on this machine a file is linked, not copied."""
        for name, figure in figures.items():
            self.client.log_figure(run.info.run_id, figure, name)
        for path in files:
            place = urlparse(run.info.artifact_uri)
            if place.scheme == "file":  # in the workspace: a hard link saves a second copy
                target = Path(url2pathname(place.path)) / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                _link_or_copy(path, target)
            else:
                self.client.log_artifact(run.info.run_id, str(path))


@contextmanager
def _usable(uri: str) -> Iterator[None]:
    """Convert any exception that MLflow raises for an unusable store to UserError."""
    try:
        yield
    except Exception as error:
        raise UserError(f"MLflow cannot use the tracking store {uri}: {reason(error)}") from error


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Silence loggers below WARNING: a new database logs dozens of lines about its tables."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(max(logger.getEffectiveLevel(), logging.WARNING))
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _without_fsync(uri: str) -> Iterator[None]:
    """Set `PRAGMA synchronous = OFF` for the engine of this SQLite store; other engines are not changed.

    A cell takes ten transactions, which take twice as long when each waits for the disk. After a power cut,
    everything can be logged again from the records. MLflow does not give access to its engine, so the engine
    is recognised by its URL at its first connection, while the store is opened.
    """
    if not uri.startswith("sqlite:"):
        yield
        return
    address = make_url(uri)

    def recognise(connection: Connection) -> None:
        engine = connection.engine
        if engine.url == address and not event.contains(engine, "connect", _no_fsync):
            event.listen(engine, "connect", _no_fsync)
            _no_fsync(connection.connection.driver_connection, None)

    event.listen(Engine, "engine_connect", recognise)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", recognise)


def _no_fsync(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def milliseconds(moment: str | None) -> int:
    """Convert a time in ISO 8601 format to milliseconds since 1970; None means now."""
    when = datetime.fromisoformat(moment) if moment else datetime.now()
    return int(when.timestamp() * 1000)


def _link_or_copy(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except OSError:  # a file system without links
        shutil.copy2(path, target)

"""Access to one MLflow experiment: open it, begin, fill and end its runs."""

import logging
import os
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

from sqlalchemy import Connection, event, make_url  # the library by which MLflow uses its database
from sqlalchemy.engine import Engine

from benchmark.errors import UserError, reason
from benchmark.store.addresses import without_secrets
from benchmark.tracking.mlflow_names import LONGEST_PARAM, LONGEST_RUN_NAME, LONGEST_TAG, mlflow_value

_TELEMETRY = "MLFLOW_DISABLE_TELEMETRY"  # which is set up when MLflow is imported


@contextmanager
def _switched_off(name: str) -> Iterator[None]:
    """Set a switch of MLflow in the environment, unless the user has; it is as before after the block."""
    before = os.environ.get(name)
    os.environ.setdefault(name, "true")
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


with warnings.catch_warnings(), _switched_off(_TELEMETRY):
    warnings.simplefilter("ignore")
    from mlflow import MlflowClient
    from mlflow.entities import Experiment as ExperimentEntity
    from mlflow.entities import LifecycleStage, Metric, Param, Run, RunData, RunInfo, RunTag
    from mlflow.tracking._tracking_service.utils import _get_store
    from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

    from benchmark.tracking.whole_runs import WholeRun, can_write_whole, write_whole

Figures = Mapping[str, Any]  # file name → matplotlib figure
_KIND = (
    "custom_model_development"  # so that the UI opens the list of runs, not the traces of a language model
)
_AT_ONCE = 90  # params or tags in one request; MLflow takes 100 of them, and 1,000 metrics
_METRICS_AT_ONCE = 800
_RUNS_AT_ONCE = 4  # that a server is sent, as many as the workers that `mlflow server` starts by default
_log = logging.getLogger(__name__)
_engines: dict[str, Engine] = {}  # of the SQLite stores that this process has opened


class Experiment:
    """An experiment of one MLflow store; `client` is MLflow's own, for calls that have no method here."""

    def __init__(self, uri: str, name: str, artifacts: Path | None) -> None:
        """Open the experiment; create it when absent. Raises UserError when the store cannot be reached."""
        self._uri = uri
        with _usable(uri), quiet("alembic", "mlflow"), _without_fsync(uri):
            self.client = MlflowClient(tracking_uri=uri)
            found = self.client.get_experiment_by_name(name) or self._create(name, artifacts)
            if found.lifecycle_stage == LifecycleStage.DELETED:
                _log.warning("the experiment '%s' had been deleted in MLflow; it is restored", name)
                self.client.restore_experiment(found.experiment_id)
            self.id = found.experiment_id
            self._location = found.artifact_location
            self._tags = dict(found.tags)

    def _create(self, name: str, artifacts: Path | None) -> ExperimentEntity:
        location = artifacts.resolve().as_uri() if artifacts else None
        try:
            made = self.client.create_experiment(name, artifact_location=location)
        except Exception:
            found = self.client.get_experiment_by_name(name)
            if found is None:
                raise
            return found  # another process has just made it
        self.client.set_experiment_tag(made, "mlflow.experimentKind", _KIND)
        return self.client.get_experiment(made)

    @property
    def runs_at_once(self) -> int:
        """How many runs are best written side by side: one to a database, several to a server."""
        return _RUNS_AT_ONCE if self._uri.startswith(("http:", "https:")) else 1

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
            page = self.client.search_runs([self.id], max_results=1000, page_token=token)
            runs.extend(page)
            token = page.token
            if not token:
                return runs

    def begin(self, tags: Mapping[str, str], started: str | None = None) -> Run:
        """Create a run with status RUNNING; `started` is a time in ISO 8601 format, by default now."""
        return self.client.create_run(self.id, start_time=milliseconds(started), tags=_values(tags))

    def add(self, runs: Sequence[WholeRun]) -> list[Run]:
        """Write runs that have ended, in one transaction where the store is a database of this machine."""
        store = _get_store(self._uri)  # type: ignore[no-untyped-call]
        whole = [replace(run, tags=_values(run.tags), params=_param_values(run.params)) for run in runs]
        if can_write_whole(store):
            return write_whole(store, self.id, self._location, whole)
        return [
            self.end(
                self.client.create_run(self.id, start_time=run.started, tags=dict(run.tags)),
                run.params,
                run.metrics,
                {},
                run.status,
                run.ended,
            )
            for run in whole
        ]

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

        `finished` is in milliseconds since 1970, by default now. Values that are too long for MLflow are cut.
        """
        ended = finished or milliseconds(None)
        self._log_batches(
            run,
            metrics,
            [Param(key, value) for key, value in _param_values(params).items()],
            [RunTag(key, value) for key, value in _values(tags).items()],
        )
        self.client.set_terminated(run.info.run_id, status=status, end_time=ended)
        info = RunInfo(**(dict(run.info) | {"status": status, "end_time": ended}))
        every_tag = [RunTag(key, value) for key, value in (run.data.tags | _values(tags)).items()]
        every_param = [Param(key, str(value)) for key, value in (run.data.params | dict(params)).items()]
        return Run(info, RunData(list(metrics), every_param, every_tag))

    def delete(self, run: Run) -> None:
        """Delete a run."""
        self.client.delete_run(run.info.run_id)

    def log(self, run: Run, metrics: Sequence[Metric]) -> None:
        """Write metrics of a running run."""
        self._log_batches(run, metrics)

    def _log_batches(
        self, run: Run, metrics: Sequence[Metric], params: Sequence[Param] = (), tags: Sequence[RunTag] = ()
    ) -> None:
        """Write these in as few requests as MLflow's limits allow."""
        steps = (_METRICS_AT_ONCE, _AT_ONCE, _AT_ONCE)
        groups = [_groups(items, size) for items, size in zip((metrics, params, tags), steps, strict=True)]
        for some_metrics, some_params, some_tags in zip_longest(*groups, fillvalue=()):
            self.client.log_batch(run.info.run_id, some_metrics, some_params, some_tags)

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


def _values(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags as MLflow takes them."""
    longest = {MLFLOW_RUN_NAME: LONGEST_RUN_NAME}
    return {key: mlflow_value(value, longest.get(key, LONGEST_TAG)) for key, value in tags.items()}


def _param_values(params: Mapping[str, Any]) -> dict[str, str]:
    """Params as MLflow takes them."""
    return {key: mlflow_value(str(value), LONGEST_PARAM) for key, value in params.items()}


def _groups(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


@contextmanager
def _usable(uri: str) -> Iterator[None]:
    """Convert any exception that MLflow raises for an unusable store to UserError, without its secrets."""
    try:
        yield
    except Exception as error:
        text = f"MLflow cannot use the tracking store {uri}: {reason(error)}"
        raise UserError(without_secrets(text, uri)) from error


@contextmanager
def quiet(*names: str) -> Iterator[None]:
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
        if engine.url == address and not event.contains(engine, "connect", no_fsync):
            _engines[uri] = engine
            event.listen(engine, "connect", no_fsync)
            no_fsync(connection.connection.driver_connection, None)

    event.listen(Engine, "engine_connect", recognise)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", recognise)


def forget_connections(uri: str) -> None:
    """Close the connections that MLflow keeps open to an SQLite file which has been replaced."""
    if uri in _engines:
        _engines[uri].dispose()


def no_fsync(connection: Any, _: Any) -> None:
    """Let an SQLite connection not wait for the disk."""
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

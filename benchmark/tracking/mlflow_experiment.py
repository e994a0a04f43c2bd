"""One MLflow experiment: its runs are begun, filled and ended here; what they mean is said in `tracking`."""

import logging
import os
import shutil
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

from benchmark.errors import UserError

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # closed networks, and nobody's business

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, Run, RunTag
    from sqlalchemy import event  # MLflow's own way to its database
    from sqlalchemy.engine import Engine


@event.listens_for(Engine, "connect")
def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    """A cell takes ten transactions; what a power cut spoils can be written again from the records."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


logging.getLogger("alembic").setLevel(logging.WARNING)
logging.getLogger("mlflow").setLevel(logging.WARNING)

Figures = Mapping[str, Any]  # file name → matplotlib figure
_KIND = "custom_model_development"  # so that the UI opens the runs, not the traces of a chat


class Experiment:
    """An experiment of one MLflow store; `client` is MLflow's own, for what is said here nowhere else."""

    def __init__(self, uri: str, name: str, artifacts: Path | None) -> None:
        """Open the experiment, made when absent. Raises UserError when the store cannot be reached."""
        self._uri = uri
        with _usable(uri):
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
        """Give the experiment these tags, where it has not got them. Raises UserError when it cannot."""
        with _usable(self._uri):
            for key, value in tags.items():
                if self._tags.get(key) != value:
                    self.client.set_experiment_tag(self.id, key, value)

    def runs(self) -> list[Run]:
        """All runs that are not deleted."""
        runs: list[Run] = []
        token: str | None = None
        while True:
            page = self.client.search_runs([self.id], max_results=5000, page_token=token)
            runs.extend(page)
            token = page.token
            if not token:
                return runs

    def begin(self, tags: Mapping[str, str], started: str | None = None) -> Run:
        """A new run; `started` is a moment in ISO's words, now without it."""
        run = self.client.create_run(self.id, start_time=milliseconds(started), tags=dict(tags))
        run.info._status = "RUNNING"
        return run

    def end(
        self,
        run: Run,
        params: Mapping[str, Any],
        metrics: Sequence[Metric],
        tags: Mapping[str, str],
        status: str = "FINISHED",
        finished: int | None = None,
    ) -> None:
        """Write what is left to say of a run, and end it."""
        self.client.log_batch(
            run.info.run_id,
            metrics=metrics,
            params=[Param(key, str(value)[:6000]) for key, value in params.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
        self.client.set_terminated(run.info.run_id, status=status, end_time=finished or milliseconds(None))
        run.info._status = status
        run.data.tags.update(tags)

    def delete(self, run: Run) -> None:
        """Take a run away."""
        self.client.delete_run(run.info.run_id)

    def log(self, run: Run, metrics: Sequence[Metric]) -> None:
        """Write some metrics of a run."""
        self.client.log_batch(run.info.run_id, metrics=metrics)

    def history(self, run: Run, name: str) -> dict[int, float]:
        """A metric's value at each step."""
        return {m.step: m.value for m in self.client.get_metric_history(run.info.run_id, name)}

    def log_artifacts(self, run: Run, figures: Figures, files: Iterable[Path] = ()) -> None:
        """Write figures and files; in a store on this machine a file is linked, not copied."""
        for name, figure in figures.items():
            self.client.log_figure(run.info.run_id, figure, name)
        for path in files:
            place = urlparse(run.info.artifact_uri)
            if place.scheme == "file":  # beside the records: no need for a second copy
                target = Path(url2pathname(place.path)) / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                _link_or_copy(path, target)
            else:
                self.client.log_artifact(run.info.run_id, str(path))


@contextmanager
def _usable(uri: str) -> Iterator[None]:
    """MLflow raises many kinds of error for a store that it cannot use: all are a UserError here."""
    try:
        yield
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:300]
        raise UserError(f"MLflow cannot use the tracking store {uri}: {reason}") from error


def milliseconds(moment: str | None) -> int:
    """A moment in ISO's words as MLflow counts time; now for None."""
    when = datetime.fromisoformat(moment) if moment else datetime.now()
    return int(when.timestamp() * 1000)


def _link_or_copy(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except OSError:  # a file system without links
        shutil.copy2(path, target)

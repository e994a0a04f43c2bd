"""Runs that have ended, written to MLflow's own database in one transaction.

MLflow's client takes four requests for each, and its objects a statement at a time: 23 ms of Python, more
than many a classifier takes. Here the rows of each table go at once, through MLflow's own store, session and
table classes.
"""

import uuid
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from operator import itemgetter
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlflow.entities import LifecycleStage, Metric, Param, Run, RunData, RunInfo, RunTag, SourceType
    from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME
    from mlflow.utils.uri import append_to_uri_path

_USER = "unknown"  # as MLflow's client names it


@dataclass(frozen=True)
class WholeRun:
    """All that a run consists of. Times are in milliseconds since 1970; each name is there once."""

    started: int
    ended: int
    status: str
    tags: Mapping[str, str]  # with MLflow's tag of the name
    params: Mapping[str, Any]  # written as `str` shows them
    metrics: Sequence[Metric]


def can_write_whole(store: Any) -> bool:
    """Whether MLflow's store is a database that this process writes, not a server."""
    return type(store) is SqlAlchemyStore


def write_whole(
    store: SqlAlchemyStore, experiment: str, location: str, runs: Sequence[WholeRun]
) -> list[Run]:
    """Insert runs into the experiment, whose artifacts are at `location`, and return them as MLflow would.

    They are there whole or not at all. Raises MlflowException when the database cannot be written.
    """
    made = [_made(experiment, location, run) for run in runs]
    metrics = [_metric_row(store, run.info.run_id, m) for run in made for m in run.data._metric_objs]
    metrics.sort(key=itemgetter("key"))  # as the tables' indexes, of which then few pages are written
    tables: dict[Any, list[dict[str, Any]]] = {
        SqlRun: [_run_row(run.info) for run in made],
        SqlTag: [row for run in made for row in _text_rows(run.info.run_id, run.data.tags)],
        SqlParam: [row for run in made for row in _text_rows(run.info.run_id, run.data.params)],
        SqlMetric: metrics,
        SqlLatestMetric: metrics,
    }
    writes = {"read_only": False} if "read_only" in signature(store.ManagedSessionMaker).parameters else {}
    with store.ManagedSessionMaker(**writes) as session:
        for table, rows in tables.items():
            if rows:
                session.connection().execute(table.__table__.insert(), rows)
    return made


def _made(experiment: str, location: str, run: WholeRun) -> Run:
    run_id = uuid.uuid4().hex
    info = RunInfo(
        run_id=run_id,
        experiment_id=experiment,
        user_id=_USER,
        status=run.status,
        start_time=run.started,
        end_time=run.ended,
        lifecycle_stage=LifecycleStage.ACTIVE,
        artifact_uri=append_to_uri_path(location, run_id, SqlAlchemyStore.ARTIFACTS_FOLDER_NAME),  # type: ignore[no-untyped-call]
        run_name=run.tags[MLFLOW_RUN_NAME],
    )
    tags = [RunTag(key, value) for key, value in run.tags.items()]
    return Run(info, RunData(list(run.metrics), [Param(*pair) for pair in run.params.items()], tags))


def _run_row(info: RunInfo) -> dict[str, Any]:
    return {
        "run_uuid": info.run_id,
        "name": info.run_name,
        "source_type": SourceType.to_string(SourceType.UNKNOWN),
        "source_name": "",
        "entry_point_name": "",
        "user_id": info.user_id,
        "status": info.status,
        "start_time": info.start_time,
        "end_time": info.end_time,
        "source_version": "",
        "lifecycle_stage": info.lifecycle_stage,
        "artifact_uri": info.artifact_uri,
        "experiment_id": int(info.experiment_id),
    }


def _text_rows(run_id: str, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"run_uuid": run_id, "key": key, "value": value} for key, value in texts.items()]


def _metric_row(store: SqlAlchemyStore, run_id: str, metric: Metric) -> dict[str, Any]:
    """A metric as MLflow stores it, which has no NaN and no infinity in its columns."""
    is_nan, value = store.sanitize_metric_value(metric.value)
    place = {"run_uuid": run_id, "key": metric.key, "timestamp": metric.timestamp, "step": metric.step}
    return place | {"value": value, "is_nan": is_nan}

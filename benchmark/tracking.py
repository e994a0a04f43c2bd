"""The one module that talks to MLflow: it writes what the records hold, and can write all of it again."""

import json
import logging
import os
import warnings
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmark.curves import CURVE, Point, Record
from benchmark.errors import UserError
from extractors.specs import digest_of

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # closed networks, and nobody's business

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, Run
    from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME

logging.getLogger("alembic").setLevel(logging.WARNING)
logging.getLogger("mlflow").setLevel(logging.WARNING)

_KIND = "custom_model_development"  # so that the UI opens the runs, not the traces of a chat
_NOTE = """Cells of the grid **{grid}**.
*Curve* runs (`tags.kind = 'curve'`) log each metric with step = number of training images: select some,
press *Compare* or open *Chart*, and set the x axis to *Step*. Their children are the single cells
(`tags.kind = 'cell'`)."""


class Tracker:
    """The experiment of one grid in one MLflow store. Logging is idempotent per cell and record."""

    def __init__(self, uri: str, grid: str, artifacts: Path | None = None) -> None:
        """Open the experiment, made when absent. Raises UserError when the store cannot be reached."""
        try:
            self._client = MlflowClient(tracking_uri=uri)
            experiment = self._client.get_experiment_by_name(grid)
            if experiment is None:
                location = artifacts.resolve().as_uri() if artifacts else None
                self.experiment_id = self._client.create_experiment(grid, artifact_location=location)
                tags = {"mlflow.note.content": _NOTE.format(grid=grid), "mlflow.experimentKind": _KIND}
                for name, text in tags.items():
                    self._client.set_experiment_tag(self.experiment_id, name, text)
            else:
                self.experiment_id = experiment.experiment_id
        except Exception as error:  # MLflow raises many kinds for a store that it cannot use
            reason = str(error).strip().splitlines()[0][:300]
            raise UserError(f"MLflow cannot use the tracking store {uri}: {reason}") from error
        runs = self._all_runs()
        self._cells = {run.data.tags["cell"]: run for run in runs if run.data.tags.get("kind") == "cell"}
        self._curves = {run.data.tags["curve"]: run for run in runs if run.data.tags.get("kind") == "curve"}

    def log_cell(self, record: Record) -> None:
        """Write one cell's run below its curve's, unless this very record is there already."""
        digest = digest_of(record)
        run = self._cells.get(record["cell"])
        if run is not None:
            if run.data.tags.get("record") == digest and run.info.status in ("FINISHED", "FAILED"):
                return
            self._client.delete_run(run.info.run_id)
        tags = {
            "kind": "cell",
            "cell": record["cell"],
            "record": digest,
            MLFLOW_PARENT_RUN_ID: self._curve(record).info.run_id,
            MLFLOW_RUN_NAME: f"{_run_name(record)} · {record['train_size']} · seed {record['seed']}",
            "fingerprint": json.dumps(record["fingerprint"], sort_keys=True),
        }
        if record["status"] == "failed":
            tags["error"] = record["error"]
        step = record.get("counts", {}).get("train_images", 0)
        self._cells[record["cell"]] = self._write_run(
            tags=tags,
            params=_cell_params(record),
            metrics=_cell_metrics(record),
            step=step,
            started=record.get("started"),
            finished=record.get("finished"),
            status="FINISHED" if record["status"] == "ok" else "FAILED",
        )

    def log_curves(self, points: Iterable[Point], metric: str, unit: str) -> None:
        """Write each point of the curves at step = train_images, once; a changed curve is drawn anew."""
        wanted: dict[str, dict[int, Point]] = {}
        for point in points:
            if point["value"] is not None:
                wanted.setdefault(_curve_name(point), {})[point["train_images"]] = point
        for curve, steps in wanted.items():
            key = f"{unit}/{metric}"
            run = self._curve(next(iter(steps.values())))
            there = {m.step: m.value for m in self._client.get_metric_history(run.info.run_id, key)}
            if any(step not in steps or steps[step]["value"] != value for step, value in there.items()):
                run, there = self._renew_curve(run), {}
            for step, point in sorted(steps.items()):
                if step not in there:
                    interval = {key: point["value"], f"{key}_low": point["low"], f"{key}_high": point["high"]}
                    metrics = [
                        Metric(name, value, _milliseconds(None), step)
                        for name, value in (point["means"] | interval).items()
                        if value is not None
                    ]
                    self._client.log_batch(run.info.run_id, metrics=metrics)
            self._curves[curve] = run

    def _curve(self, axes: Mapping[str, Any]) -> Run:
        name = _curve_name(axes)
        if name not in self._curves:
            self._curves[name] = self._write_run(
                tags={"kind": "curve", "curve": name, MLFLOW_RUN_NAME: _run_name(axes)},
                params={axis: axes[axis] for axis in CURVE},
            )
        return self._curves[name]

    def _renew_curve(self, run: Run) -> Run:
        """A fresh curve run in the place of one whose points no longer hold; its children move over."""
        name = run.data.tags["curve"]
        del self._curves[name]
        fresh = self._curve(run.data.params)
        for cell in self._cells.values():
            if cell.data.tags.get(MLFLOW_PARENT_RUN_ID) == run.info.run_id:
                self._client.set_tag(cell.info.run_id, MLFLOW_PARENT_RUN_ID, fresh.info.run_id)
        self._client.delete_run(run.info.run_id)
        return fresh

    def _write_run(
        self,
        *,
        tags: dict[str, str],
        params: Mapping[str, Any],
        metrics: Mapping[str, float] | None = None,
        step: int = 0,
        started: str | None = None,
        finished: str | None = None,
        status: str = "FINISHED",
    ) -> Run:
        run = self._client.create_run(self.experiment_id, start_time=_milliseconds(started), tags=tags)
        self._client.log_batch(
            run.info.run_id,
            metrics=[Metric(k, v, _milliseconds(finished), step) for k, v in (metrics or {}).items()],
            params=[Param(key, str(value)[:6000]) for key, value in params.items()],
        )
        self._client.set_terminated(run.info.run_id, status=status, end_time=_milliseconds(finished))
        run.info._status = status
        return run

    def _all_runs(self) -> list[Run]:
        runs: list[Run] = []
        token: str | None = None
        while True:
            page = self._client.search_runs([self.experiment_id], max_results=5000, page_token=token)
            runs.extend(page)
            token = page.token
            if not token:
                return runs


def _curve_name(axes: Mapping[str, Any]) -> str:
    return " · ".join(str(axes[axis]) for axis in CURVE)


def _run_name(axes: Mapping[str, Any]) -> str:
    """What tells runs apart comes first: MLflow's lists cut long names off."""
    return " · ".join(str(axes[axis]) for axis in ("backbone", "classifier", "body_part", "strategy"))


def _cell_params(record: Record) -> dict[str, Any]:
    axes = ("strategy", "backbone", "classifier", "body_part", "train_size", "seed")
    described = ("dataset", "protocol", "leaky", "evaluated_on", "image", "parameters")
    params = {name: record[name] for name in axes}
    for name in described:
        value = record.get(name)
        if isinstance(value, dict):
            params |= {f"{name}.{key}": item for key, item in value.items()}
        elif value is not None:
            params[name] = value
    params |= {f"version.{name}": value for name, value in record.get("versions", {}).items()}
    params |= {f"embedding.{k}": v for k, v in record.get("embedding", {}).items()}
    params |= {f"digest.{k}": record[k] for k in ("pixels_digest", "predictions_sha256") if k in record}
    return params


def _cell_metrics(record: Record) -> dict[str, float]:
    """unit/metric with its bounds, `part unit/metric` per body part, and timings in seconds."""
    metrics: dict[str, float | None] = {}
    for unit, values in record.get("metrics", {}).items():
        for name, numbers in values.items():
            metrics[f"{unit}/{name}"] = numbers["value"]
            metrics[f"{unit}/{name}_low"] = numbers["low"]
            metrics[f"{unit}/{name}_high"] = numbers["high"]
    for part, units in record.get("body_part_metrics", {}).items():
        for unit, values in units.items():
            metrics |= {f"{part} {unit}/{name}": numbers["value"] for name, numbers in values.items()}
    metrics |= {f"seconds/{name}": value for name, value in record.get("seconds", {}).items()}
    metrics |= {f"counts/{name}": value for name, value in record.get("counts", {}).items()}
    for name in ("selection_auroc", "threshold"):
        metrics[f"training folds/{name}"] = record.get(name)
    return {name: float(value) for name, value in metrics.items() if value is not None}


def _milliseconds(moment: str | None) -> int:
    when = datetime.fromisoformat(moment) if moment else datetime.now()
    return int(when.timestamp() * 1000)

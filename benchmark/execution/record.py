"""Build the record of a cell, in the same way for every strategy."""

import hashlib
import platform
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from benchmark.datasets.names import BY_IMAGE
from benchmark.datasets.splits import is_leaky
from benchmark.execution.advice import with_advice
from benchmark.execution.identity import LIBRARIES
from benchmark.execution.plan import Plan, PlannedCell
from benchmark.execution.subsets import Subset
from benchmark.grid.schema import Evaluation
from benchmark.store.measures import measured, resample
from benchmark.store.record import RECORD_VERSION, Failed, Finished, Header
from benchmark.store.records import Result
from benchmark.store.resamples import resamples_key
from classifiers.fitting import Fit
from extractors.array_store import StoredArray
from results.label_tasks import LabelTask, with_probabilities
from results.names import LEAKY_SPLIT


@dataclass(frozen=True)
class Context:
    """What all records of a run have in common: evaluation settings, and keys copied from the grid."""

    evaluation: Evaluation
    from_grid: dict[str, Any]
    leaky_parts: frozenset[str] = frozenset()  # body parts with a patient in training and in test


def context_of(plan: Plan, pixels: StoredArray) -> Context:
    """The context of a plan's cells on these pixels."""
    grid = plan.grid
    from_grid = {
        "grid": grid.name,
        "dataset": grid.dataset.kind,
        "protocol": grid.dataset.protocol,
        "leaky": is_leaky(grid.dataset.protocol),  # of all cells; of some: `leaky_parts`
        "evaluated_on": plan.evaluated_on,
        "image": grid.image.given(),
        "pixels_digest": pixels.digest,
        "files_digest": pixels.meta.get("files", ""),
        "unreadable": sorted(pixels.meta["unreadable"]),
        **_of_task(plan.manifest.task),
    }
    return Context(grid.evaluation, from_grid, plan.leaky_parts)


def _of_task(task: LabelTask) -> dict[str, Any]:
    """What the labels are, for records; nothing of two classes."""
    return {} if task.is_binary else {"task": task.kind, "classes": list(task.classes)}


def header(planned: PlannedCell, context: Context, started: str) -> Header:
    """The part of a record that is known before the cell is computed."""
    return Header.model_validate(_header(planned, context, started))


def finished(
    planned: PlannedCell,
    subset: Subset,
    context: Context,
    fit: Fit,
    started: str,
    files: dict[str, Path] | None = None,
    **more: Any,
) -> Result:
    """The result of a fitted cell: predictions, metrics, and `more` keys for its record."""
    predictions = with_probabilities(subset.test_images, subset.task, fit.probabilities)
    evaluation = context.evaluation
    content = {
        **_header(planned, context, started),
        **more,
        "status": "ok",
        "parameters": fit.parameters,
        "selection_auroc": fit.selection_auroc,
        "threshold": fit.threshold,
        **({"thresholds": fit.thresholds} if fit.thresholds else {}),
        "seconds": fit.seconds,
        "predictions_sha256": predictions_digest(predictions),
        **measured(predictions, subset.task, fit.threshold, fit.thresholds, evaluation),
        "finished": now(),
    }
    content["counts"] |= {
        "train_images": len(subset.train_rows),
        "train_positive": subset.positive_images,
        "train_patients": int(subset.train_images["patient"].nunique()),
        "pool_images": subset.pool_images,
    }
    for name, counts in content.get("class_counts", {}).items():
        counts |= subset.training_counts(name)
    record = Finished.model_validate(content)
    resampled = resample(predictions, record, evaluation)
    return Result(record, predictions, (resamples_key(record, evaluation), resampled), files or {})


def failed(planned: PlannedCell, context: Context, error: Exception, started: str) -> Result:
    """The result of a failed cell: the reason in one line, and the traceback."""
    reason = with_advice(error).strip() or type(error).__name__
    expected = isinstance(error, ValueError)
    content = {
        **_header(planned, context, started),
        "status": "failed",
        "error": reason.splitlines()[0] if expected else f"{type(error).__name__}: {reason}",
        "traceback": "".join(traceback.format_exception(error)),
        "finished": now(),
    }
    return Result(Failed.model_validate(content))


def _header(planned: PlannedCell, context: Context, started: str) -> dict[str, Any]:
    leaky: dict[str, Any] = {"leaky": True} if planned.cell.body_part in context.leaky_parts else {}
    if planned.cell.control == LEAKY_SPLIT:
        leaky = {"protocol": BY_IMAGE, "leaky": True}
    share = planned.cell.patient_share
    return {
        "version": RECORD_VERSION,
        "cell": planned.cell.id,
        **planned.cell.axes,
        **({} if share is None else {"patient_share": share}),
        **context.from_grid,
        **leaky,
        "fingerprint": planned.fingerprint,
        "evaluation": context.evaluation.model_dump(include={"confidence", "resamples"}),
        "versions": {name: version(name) for name in LIBRARIES},
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "started": started,
    }


def embedding_facts(stored: StoredArray) -> dict[str, Any]:
    """Width, digest and cost of a stored embedding, or of tokens, for the record."""
    weights = {name: stored.meta[name] for name in ("renamed", "licence") if stored.meta.get(name)}
    return {
        "width": int(stored.data.shape[-1]),
        "digest": stored.digest,
        **stored.meta["cost"],
        **{f"weights_{name}": value for name, value in weights.items()},
    }


def predictions_digest(predictions: pd.DataFrame) -> str:
    """The sha256 (hex) of the predictions as they are stored."""
    buffer = BytesIO()
    predictions.to_parquet(buffer, index=False)
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def now() -> str:
    """The current time in UTC, in ISO 8601 format with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

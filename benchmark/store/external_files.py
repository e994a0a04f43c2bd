"""The files of a cell about external sets: predictions and resamples of each, in the folder `external`."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.grid.schema import Evaluation
from benchmark.store.measures import resample
from benchmark.store.record import Elsewhere, Finished
from benchmark.store.records import DamagedError, Records
from benchmark.store.resamples import read_resamples, resamples_key, write_resamples
from results.evaluation import UNITS, plain, unit_table
from results.metrics import metric_values
from results.uncertainty import Resampled

EXTERNAL = "external"  # a folder within that of the cell


def write_external(
    folder: Path, name: str, predictions: pd.DataFrame, threshold: float, facts: Elsewhere
) -> Elsewhere:
    """Write the predictions on a set into `folder / EXTERNAL`; returns `facts` with digest, metrics, counts.

    `predictions` has one row per image: image, study, patient, body_part, label, probability.
    """
    target = folder / EXTERNAL
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{name}.parquet"
    temporary = path.with_name(f".{path.name}")
    predictions.to_parquet(temporary, index=False)
    digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    temporary.replace(path)
    tables = {unit: unit_table(predictions, unit) for unit in UNITS}
    metrics = {unit: _values(table, threshold) for unit, table in tables.items()}
    content = facts.model_dump(exclude_unset=True) | {
        "predictions_sha256": digest,
        "metrics": metrics,
        "images": len(predictions),
        "studies": len(tables["study"]),
        "patients": int(predictions["patient"].nunique()),
        "positive_studies": int(tables["study"]["label"].sum()),
    }
    return Elsewhere.model_validate(content)


def read_external(records: Records, record: Finished, name: str) -> pd.DataFrame:
    """The predictions of a cell on a set. Raises DamagedError for other bytes than the record names."""
    path = _file(records, record, name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedError(path, f"cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != record.external[name].predictions_sha256:
        raise DamagedError(path, "was damaged or altered: it is not what the record names")
    return pd.read_parquet(path)


def is_whole(records: Records, record: Finished, name: str) -> bool:
    """Whether the file of predictions is there as the record names it; also where there are none to have."""
    if record.external[name].why_not:
        return True
    try:
        content = _file(records, record, name).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content).hexdigest() == record.external[name].predictions_sha256


def resampled_elsewhere(records: Records, record: Finished, name: str, evaluation: Evaluation) -> Resampled:
    """The primary metric of a cell on a set in every resampling of its patients, as `Records.resampled`."""
    path = _file(records, record, name).with_suffix(".npz")
    key = _key(record, record.external[name], evaluation)
    kept = read_resamples(path, key, evaluation.resamples)
    if kept is None:
        kept = resample(read_external(records, record, name), record, evaluation)
        write_resamples(path, key, kept)
    return kept


def write_external_resamples(
    folder: Path, record: Finished, name: str, predictions: pd.DataFrame, evaluation: Evaluation
) -> None:
    """Store what `resampled_elsewhere` reads, where the predictions are made."""
    found = resample(predictions, record, evaluation)
    path = folder / EXTERNAL / f"{name}.npz"
    write_resamples(path, _key(record, record.external[name], evaluation), found)


def _key(record: Finished, facts: Elsewhere, evaluation: Evaluation) -> str:
    there = record.model_copy(update={"predictions_sha256": facts.predictions_sha256})
    return resamples_key(there, evaluation)


def _file(records: Records, record: Finished, name: str) -> Path:
    return records.cell_folder(record.cell) / EXTERNAL / f"{name}.parquet"


def _values(table: pd.DataFrame, threshold: float) -> dict[str, dict[str, float | None]]:
    labels, probabilities = table["label"].to_numpy(np.int64), table["probability"].to_numpy(np.float64)
    found = metric_values(labels, probabilities, np.ones((len(table), 1)), threshold)
    return {metric: {"value": plain(float(values[0]))} for metric, values in found.items()}

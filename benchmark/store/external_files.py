"""The files of a cell about external sets: predictions and resamples of each, in the folder `external`."""

import hashlib
from pathlib import Path

import pandas as pd

from benchmark.datasets.external import other_classes_text
from benchmark.grid.schema import Evaluation
from benchmark.store.measures import predicted, resample
from benchmark.store.record import Elsewhere, Finished
from benchmark.store.records import DamagedError, Records
from benchmark.store.resamples import read_resamples, resamples_key, write_resamples
from results.evaluation import UNITS, plain
from results.label_tasks import LABEL, MULTILABEL
from results.uncertainty import Resampled

EXTERNAL = "external"  # a folder within that of the cell


class OtherClassesError(ValueError):
    """A set whose classes are not those of the cell's own test set, or with no finding of both."""


def judged_classes(images: pd.DataFrame, record: Finished) -> list[str]:
    """The classes of a cell that are judged on these images; empty for two classes.

    Of findings, those that both values are known of, on these images and in the cell's own test set: a mean
    over findings is then of the same ones on both. Raises OtherClassesError where there is none, and for
    classes or grades of which some are in one test set alone.
    """
    task = record.label_task
    if task.is_binary:
        return record.classes
    if task.kind != MULTILABEL:
        there = {task.classes[number] for number in images["label"].unique()}
        if other := record.class_metrics.keys() ^ there:
            raise OtherClassesError(other_classes_text([one for one in task.classes if one in other], task))
        return record.classes
    here = [name for name in record.class_metrics if LABEL + name in images]
    judged = [name for name in here if images[LABEL + name].nunique() > 1]
    if not judged:
        raise OtherClassesError("no finding has both values, there and in the cell's own test set")
    return sorted(judged, key=record.classes.index)


def judged_as(record: Finished, facts: Elsewhere) -> Finished:
    """The record as of the classes alone that are judged on a set."""
    return record.model_copy(update={"classes": facts.classes}) if facts.classes else record


def write_external(
    folder: Path, name: str, predictions: pd.DataFrame, record: Finished, facts: Elsewhere
) -> Elsewhere:
    """Write the predictions on a set into `folder / EXTERNAL`; returns `facts` with digest, metrics, counts.

    `predictions` has one row per image, as those of the cell (`results.label_tasks`).
    """
    target = folder / EXTERNAL
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{name}.parquet"
    temporary = path.with_name(f".{path.name}")
    predictions.to_parquet(temporary, index=False)
    digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    temporary.replace(path)
    tables = {unit: predicted(predictions, judged_as(record, facts)).per_unit(unit) for unit in UNITS}
    metrics = {
        unit: {name: {"value": plain(value)} for name, value in table.values().items()}
        for unit, table in tables.items()
    }
    content = facts.model_dump(exclude_unset=True) | {
        "predictions_sha256": digest,
        "metrics": metrics,
        "images": len(predictions),
        "studies": len(tables["study"].table),
        "patients": int(predictions["patient"].nunique()),
        "positive_studies": tables["study"].positive,
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
        predictions = read_external(records, record, name)
        kept = resample(predictions, judged_as(record, record.external[name]), evaluation)
        write_resamples(path, key, kept)
    return kept


def write_external_resamples(
    folder: Path, record: Finished, name: str, predictions: pd.DataFrame, evaluation: Evaluation
) -> None:
    """Store what `resampled_elsewhere` reads, where the predictions are made."""
    found = resample(predictions, judged_as(record, record.external[name]), evaluation)
    path = folder / EXTERNAL / f"{name}.npz"
    write_resamples(path, _key(record, record.external[name], evaluation), found)


def _key(record: Finished, facts: Elsewhere, evaluation: Evaluation) -> str:
    there = record.model_copy(update={"predictions_sha256": facts.predictions_sha256})
    return resamples_key(there, evaluation)


def _file(records: Records, record: Finished, name: str) -> Path:
    return records.cell_folder(record.cell) / EXTERNAL / f"{name}.parquet"

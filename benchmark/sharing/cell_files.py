"""The two files of a cell as an export holds them: the record without folders, predictions without ids."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from benchmark.errors import UserError
from benchmark.sharing.portable import without_folders
from benchmark.sharing.pseudonyms import Pseudonyms
from benchmark.store.record import Finished, read_record
from benchmark.store.records import PREDICTIONS, RESULT

Files = Mapping[str, bytes]
_IDS = ("image", "study", "patient", "body_part")
# Keys that hold names of classes, which the columns of the predictions have too; no name is a path.
_OF_CLASSES = ("classes", "thresholds", "class_metrics", "class_counts")
_MOST_ROWS = 5_000_000  # of predictions; a few hundred bytes of memory each


def pack(record: Finished, predictions: pd.DataFrame, numbers: Pseudonyms) -> Files:
    """The files of a cell for an export. Raises ValueError for predictions on another data set."""
    content = record.to_json() | {"unreadable": [numbers.image(image) for image in record.unreadable]}
    content.pop("external", None)  # other hospitals' patients: they do not leave
    kept = {key: content[key] for key in _OF_CLASSES if key in content}
    return _files(without_folders(content) | kept, numbers.encode(predictions[_columns(record)]))


def unpack(files: Files, numbers: Pseudonyms, fingerprint: Mapping[str, Any]) -> Files:
    """The files of a cell as the workspace has them that made the export.

    `fingerprint` is the plan's own, which names the folders of this machine. Raises ValueError for a cell of
    another data set.
    """
    content = json.loads(files[RESULT])
    unreadable = [numbers.original_image(image) for image in content.get("unreadable", [])]
    if "unreadable" in content:
        content["unreadable"] = unreadable
    if without_folders(dict(fingerprint)) == content["fingerprint"]:
        content["fingerprint"] = dict(fingerprint)
    return _files(content, numbers.decode(pd.read_parquet(BytesIO(files[PREDICTIONS]))))


def shared_unreadable(cells: Iterable[Collection[str]], where: str) -> frozenset[str]:
    """The images that every cell left out as unreadable. Raises UserError where these differ by cell."""
    found = {frozenset(images) for images in cells}
    if len(found) > 1:
        counts = " and ".join(str(count) for count in sorted(len(images) for images in found))
        raise UserError(
            f"{where}: its cells left out different images that could not be read ({counts}), so that they "
            "were not tested on the same ones: run the grid again with the images as they are now"
        )
    return found.pop() if found else frozenset()


def finished(files: Files) -> Finished:
    """The record of a cell's files. Raises ValueError for what is none of a finished cell."""
    record = read_record(json.loads(files[RESULT]))
    if not isinstance(record, Finished):
        raise ValueError("it is not the record of a finished cell")
    if hashlib.sha256(files[PREDICTIONS]).hexdigest() != record.predictions_sha256:
        raise ValueError("its predictions are not those that the record names")
    _check_table(files[PREDICTIONS], record)
    return record


def _columns(record: Finished) -> list[str]:
    """All that leaves of predictions."""
    task = record.label_task
    return [*_IDS, *task.label_columns, *task.probability_columns]


def _check_table(content: bytes, record: Finished) -> None:
    """Look at the table's columns and length before it is read: anyone may have made the file."""
    found = pq.ParquetFile(BytesIO(content))
    absent = [name for name in _columns(record) if name not in found.schema_arrow.names]
    if absent:
        raise ValueError(f"its predictions have no column '{absent[0]}'")
    rows = found.metadata.num_rows
    if rows > _MOST_ROWS:
        raise ValueError(f"its predictions have {rows:,} rows, and at most {_MOST_ROWS:,} are read")
    if rows != record.counts.test_images:
        raise ValueError(
            f"its predictions have {rows:,} rows, its record {record.counts.test_images:,} images"
        )


def _files(content: Any, predictions: pd.DataFrame) -> Files:
    """The record's content, with the digest of these predictions, and the predictions, as bytes."""
    stream = BytesIO()
    predictions.to_parquet(stream, index=False)
    table = stream.getvalue()
    content = content | {"predictions_sha256": hashlib.sha256(table).hexdigest()}
    return {RESULT: json.dumps(content, indent=1).encode(), PREDICTIONS: table}

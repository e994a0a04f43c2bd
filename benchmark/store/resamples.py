"""The resampled values of a cell's primary metric, kept beside its predictions as a small NumPy file."""

import logging
import os
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from benchmark.grid.schema import Evaluation
from benchmark.store.record import Finished
from extractors.digests import digest_of
from results.uncertainty import INTERVALS, Resampled

_log = logging.getLogger(__name__)


def resamples_key(record: Finished, evaluation: Evaluation) -> str:
    """The digest of all that resampled values depend on."""
    return digest_of(
        [
            evaluation.primary,
            evaluation.unit,
            evaluation.resamples,
            record.threshold,
            record.predictions_sha256,
            INTERVALS,
        ]
    )


def write_resamples(path: Path, key: str, resampled: Resampled) -> None:
    """Write value, draws (as float32: 8 kB for 2,000) and number of patients, in one step.

    A folder that cannot be written (a colleague's, an archive) costs the time to resample again, no more.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            np.savez(
                stream,
                key=np.array(key),
                value=np.float64(resampled.value),
                drawn=resampled.drawn.astype(np.float32),
                patients=np.int64(resampled.patients),
            )
        temporary.replace(path)
    except OSError as error:
        _log.warning("%s cannot be written: %s", path, error)


def read_resamples(path: Path, key: str) -> Resampled | None:
    """What `write_resamples` kept under this key; None when there is nothing of it that can be read."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                return None
            drawn = kept["drawn"].astype(np.float64)
            return Resampled(float(kept["value"]), drawn, int(kept["patients"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        _log.warning("%s is damaged and made again: %s", path, error)
        return None

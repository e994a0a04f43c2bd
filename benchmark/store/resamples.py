"""Store the resampled values of a cell's primary metric beside its predictions, as a NumPy file."""

import logging
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from benchmark.grid.schema import Evaluation
from benchmark.store.record import Finished
from extractors.digests import JsonValue, digest_of
from results.uncertainty import INTERVALS, Resampled

_log = logging.getLogger(__name__)


def resamples_key(record: Finished, evaluation: Evaluation) -> str:
    """The digest of everything that the resampled values depend on."""
    thresholds: list[JsonValue] = [dict(record.thresholds)] if record.thresholds else []  # of several classes
    return digest_of(
        [
            evaluation.primary,
            evaluation.unit,
            evaluation.resamples,
            record.threshold,
            record.predictions_sha256,
            INTERVALS,
            *thresholds,
        ]
    )


def write_resamples(path: Path, key: str, resampled: Resampled) -> None:
    """Write value, draws (as float32: 8 kB for 2,000) and number of patients atomically.

    In a read-only folder a warning is logged, and the values are computed again the next time.
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
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def read_resamples(path: Path, key: str, draws: int) -> Resampled | None:
    """Read `draws` values that `write_resamples` wrote with this key; None if absent, outdated or damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                return None
            drawn = kept["drawn"].astype(np.float64)
            if drawn.shape != (draws,):
                raise ValueError(f"it holds values of shape {drawn.shape}, not {draws} of them")
            return Resampled(float(kept["value"]), drawn, int(kept["patients"]))
    except FileNotFoundError:
        return None
    except Exception as error:  # NumPy, zipfile and zlib raise many kinds for bytes that are no such file
        _log.warning("%s is damaged and is computed again: %s", path, error)
        return None

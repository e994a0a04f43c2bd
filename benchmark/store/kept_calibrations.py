"""What makes probabilities of a fine-tuned network's outputs for several classes: a file beside its weights.

With it, and with the weights that each fine-tuned cell keeps, a finished cell judges other images without a
second fine-tuning. It is no kept model (`kept_models`): commands that take one judge two classes.
"""

import json
from dataclasses import asdict
from pathlib import Path

from benchmark.errors import UserError, reason
from benchmark.store.record import Finished
from benchmark.store.records import Records
from classifiers.calibration import Sigmoid
from classifiers.names import WEIGHTS
from extractors.digests import file_digest

CALIBRATION = "calibration.json"  # in the cell's folder
_VERSION = 1


def write_calibration(weights: Path, sigmoids: tuple[Sigmoid, ...]) -> Path:
    """Write the sigmoids of a network's outputs, in order, beside its weights file; returns the path."""
    path = weights.with_name(CALIBRATION)
    content = {
        "version": _VERSION,
        "weights": file_digest(weights),
        "sigmoids": [asdict(sigmoid) for sigmoid in sigmoids],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def read_calibration(records: Records, record: Finished) -> tuple[Path, tuple[Sigmoid, ...]] | None:
    """The weights file and the sigmoids of a fine-tuned cell; None where the cell keeps none.

    Raises UserError for damaged files.
    """
    folder = records.cell_folder(record.cell)
    path, weights = folder / CALIBRATION, folder / WEIGHTS
    if not (path.is_file() and weights.is_file()):
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            raise UserError(f"{path} was written by a later version of the benchmark; update it")
        if file_digest(weights) != content["weights"]:
            raise ValueError(f"{weights.name} is not the file that was written with it")
        return weights, tuple(Sigmoid(**sigmoid) for sigmoid in content["sigmoids"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path} is damaged ({reason(error)}): delete its folder and run again") from error

"""A fitted classifier as data: standardisation, decision function and calibration, in files without code."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from classifiers.calibration import Sigmoid
from classifiers.conformal import HeldOut
from classifiers.decision_functions import KEPT_FUNCTIONS, DecisionFunction, KeptFunction
from classifiers.selection import Floats
from classifiers.train_and_test import Matrix, check_finite

_MODEL, _SCALING, _HELD_OUT = "classifier.json", "standardisation.safetensors", "held_out.safetensors"


@dataclass(frozen=True, eq=False)
class Standardisation:
    """The mean and scale (d,) float64 of each feature over the training rows, as StandardScaler uses them."""

    mean: Floats
    scale: Floats

    def __call__(self, rows: Matrix) -> Matrix:
        """Rows (m, d), standardised. Raises ValueError for another width and values that are not finite."""
        if rows.ndim != 2 or rows.shape[1] != len(self.mean):
            raise ValueError(f"rows must have {len(self.mean)} features, not {rows.shape[1:]}")
        check_finite(rows)
        moved = np.array(rows, dtype=np.float32, order="C")
        moved -= self.mean.astype(np.float32)  # in the precision of the rows, as scikit-learn does
        moved /= self.scale.astype(np.float32)
        return moved


@dataclass(frozen=True, eq=False)
class FittedModel:
    """What maps embeddings to calibrated probabilities.

    `decide` is None for a fine-tuned network, whose log odds are the scores. `held_out` are the probabilities
    of training units by models that had not seen them.
    """

    standardise: Standardisation | None
    decide: DecisionFunction | None
    calibrate: Sigmoid
    held_out: HeldOut

    def predict_proba(self, rows: Matrix) -> Floats:
        """The probability of label 1, (m,) float64, of embeddings (m, d).

        Raises ValueError for rows of another width, values that are not finite, and a fine-tuned network.
        """
        if self.decide is None:
            raise ValueError("a fine-tuned network has no embeddings to classify: it takes pixels")
        if not len(rows):
            return np.empty(0)
        return self.calibrate(self.decide(self.standardise(rows) if self.standardise else rows))

    @property
    def can_be_kept(self) -> bool:
        """Whether files can hold it: not for a decision function of another package that is only code."""
        return self.decide is None or _kind(self.decide) is not None

    def save(self, folder: Path) -> None:
        """Write it into an existing folder. Raises ValueError where files cannot hold it."""
        kind = _kind(self.decide) if self.decide else None
        if self.decide:
            if kind is None:
                raise ValueError(f"no file can hold the decision function {type(self.decide).__name__}")
            cast(KeptFunction, self.decide).save(folder)
        if self.standardise:
            save_file({"mean": self.standardise.mean, "scale": self.standardise.scale}, folder / _SCALING)
        arrays: dict[str, NDArray[Any]] = asdict(self.held_out)
        save_file(arrays, folder / _HELD_OUT)
        content = {"decision_function": kind, "calibration": asdict(self.calibrate)}
        (folder / _MODEL).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load_fitted_model(folder: Path) -> FittedModel:
    """Read what `FittedModel.save` wrote; no code is run. Raises ValueError for damaged or missing files."""
    try:
        content = json.loads((folder / _MODEL).read_text(encoding="utf-8"))
        kind, scaling = content["decision_function"], folder / _SCALING
        scale = load_file(scaling) if scaling.exists() else None
        return FittedModel(
            standardise=Standardisation(scale["mean"], scale["scale"]) if scale else None,
            decide=KEPT_FUNCTIONS[kind].load(folder) if kind else None,
            calibrate=Sigmoid(**content["calibration"]),
            held_out=HeldOut(**load_file(folder / _HELD_OUT)),
        )
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ValueError(f"the model in {folder} is damaged or not complete ({error})") from error


def _kind(function: DecisionFunction) -> str | None:
    return next((name for name, kept in KEPT_FUNCTIONS.items() if type(function) is kept), None)

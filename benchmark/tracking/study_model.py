"""A kept model as an MLflow model: a table of images in, a probability per study out.

MLflow loads it from the file beside this one (models from code), so that nothing is pickled.
"""

import base64
import warnings
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmark.prediction.arrays import image_bytes
from benchmark.prediction.bundle import read_bundle, write_bundle
from benchmark.prediction.predictor import Predictor, predictor_of
from benchmark.prediction.studies import Study
from benchmark.prediction.table import predictions_frame
from benchmark.store.record import Finished
from benchmark.store.records import Records
from extractors.engines import ENGINES, TORCH
from extractors.specs import BETWEEN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.pyfunc.model import PythonModel, PythonModelContext
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

_SCRIPT = Path(__file__).with_name("study_model_script.py")
_BUNDLE = "bundle"
TABICL = "tabicl"  # a classifier of the name of its package
_NEEDED = ("torch", "torchvision", "timm", "scikit-learn", "xgboost", "scikit-image")
SIGNATURE = ModelSignature(
    inputs=Schema(
        [
            ColSpec(AnyType(), "image"),  # type: ignore[no-untyped-call]
            ColSpec(DataType.string, "study", required=False),
        ]
    ),
    outputs=Schema(
        [
            ColSpec(DataType.string, "study"),
            ColSpec(DataType.long, "images"),
            ColSpec(DataType.double, "probability"),
            ColSpec(DataType.double, "threshold"),
            ColSpec(DataType.long, "label"),
            ColSpec(DataType.string, "decision"),
            ColSpec(DataType.string, "warnings"),
            ColSpec(DataType.string, "error"),
        ]
    ),
)


class StudyModel(PythonModel):
    """Judges studies: rows of `image` (file content as bytes or Base64, or an array) and `study`.

    Rows with the same `study` are views of one study; without the column, all rows are.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Load the network once."""
        self._predictor: Predictor = predictor_of(read_bundle(Path(context.artifacts[_BUNDLE])))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """A row per study, in the order of their first images. Raises ValueError for no image at all."""
        images = model_input["image"]
        names = model_input["study"] if "study" in model_input else pd.Series("study", images.index)
        studies = [
            Study(str(name), tuple(image_bytes(images[row]) for row in rows), tuple(str(row) for row in rows))
            for name, rows in names.groupby(names, sort=False).groups.items()
        ]
        found, threshold = list(self._predictor.predict(studies)), self._predictor.model.record.threshold
        return predictions_frame(found, threshold)


def save_study_model(records: Records, record: Finished, folder: Path) -> None:
    """Write the kept model of a cell as an MLflow model into a new folder.

    Raises UserError for a cell without a model, and ValueError for weights that cannot be loaded.
    """
    known = record.versions
    with TemporaryDirectory() as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice about type hints, and about a package that no index has
        write_bundle(records, record, Path(temporary) / _BUNDLE)
        mlflow.pyfunc.save_model(
            path=str(folder),
            python_model=str(_SCRIPT),
            artifacts={_BUNDLE: str(Path(temporary) / _BUNDLE)},
            signature=SIGNATURE,
            input_example=_example(record),
            pip_requirements=[
                *(f"{name}=={known[name]}" for name in _NEEDED if name in known),
                *_engines(record),
                *([f"{TABICL}=={version(TABICL)}"] if record.classifier == TABICL else []),
            ],
            metadata={"cell": record.cell, "grid": record.grid},
        )


def _engines(record: Finished) -> list[str]:
    """The packages that ran frozen networks, and the one that exports networks for them; none for torch."""
    used = record.embedding
    if used is None or not used.engine or not used.engine_version:
        return []
    named = zip(used.engine.split(BETWEEN), used.engine_version.split(BETWEEN), strict=True)
    packages = {
        (ENGINES[engine].package or engine) if engine in ENGINES else engine: at for engine, at in named
    }
    found = [f"{package}=={at}" for package, at in packages.items() if package != TORCH]
    return [*found, "onnx"] if found else []


def _example(record: Finished) -> pd.DataFrame:
    """Two views of one study, plain grey, as Base64."""
    grey = np.full((32, 32), 128, np.uint8)
    text = base64.b64encode(image_bytes(grey)).decode()
    return pd.DataFrame({"image": [text, text], "study": ["study-1", "study-1"]})

"""The decision function of TabICL: the training rows and labels that it reads with each prediction."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.special import logit

from classifiers.selection import Floats
from classifiers.tabicl_checkpoint import checkpoint
from classifiers.train_and_test import Matrix
from extractors.digests import file_digest

MEMBERS = 4  # of its ensemble, each with the columns in another order; the library's default is 8
_ARRAYS = "classifier.safetensors"
_SURE = 1e-6  # probabilities are kept this far from 0 and 1, whose log odds are infinite


@dataclass(frozen=True, eq=False)
class InContext:
    """TabICL's log odds of rows (m, d) by training rows (n, c) with labels (n,).

    `components` (c, d) map rows to the columns that it reads; None: they are these. `digest` is that of the
    weights. None `threads` are torch's.
    """

    vectors: Matrix
    labels: NDArray[np.uint8]
    components: Matrix | None
    digest: str
    seed: int
    threads: int | None = None

    @property
    def nbytes(self) -> int:
        """The size of its arrays in bytes, without the weights of TabICL."""
        own = 0 if self.components is None else self.components.nbytes
        return int(own + self.vectors.nbytes + self.labels.nbytes)

    def weights(self) -> Path:
        """The file of TabICL's weights. Raises ValueError where it is absent, or not that of the fit."""
        file = checkpoint()
        if file_digest(file) != self.digest:
            raise ValueError(f"{file} holds other weights of TabICL than the model was made with")
        return file

    def __call__(self, rows: Matrix) -> Floats:
        if not len(rows):
            return np.empty(0)
        columns = rows if self.components is None else np.ascontiguousarray(rows @ self.components.T)
        probabilities = np.asarray(self._model.predict_proba(columns)[:, 1], dtype=np.float64)
        return np.asarray(logit(probabilities.clip(_SURE, 1 - _SURE)), dtype=np.float64)

    @cached_property
    def _model(self) -> Any:
        """The library's classifier with the training rows, which it only stores."""
        from tabicl import TabICLClassifier  # seconds to import, and an extra

        model = TabICLClassifier(
            n_estimators=MEMBERS,
            model_path=self.weights(),
            allow_auto_download=False,
            device="cpu",
            random_state=self.seed % 2**32,
            n_jobs=self.threads,
        )
        return model.fit(self.vectors, self.labels.astype(np.int64))

    def save(self, folder: Path) -> None:
        arrays: dict[str, NDArray[Any]] = {
            "vectors": self.vectors,
            "labels": self.labels,
            "digest": np.frombuffer(bytes.fromhex(self.digest), np.uint8),
            "seed": np.array([self.seed]),
        }
        if self.components is not None:
            arrays["components"] = self.components
        whole = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
        save_file(whole, folder / _ARRAYS)  # it would write a part of another array's memory as it lies there

    @classmethod
    def load(cls, folder: Path) -> Self:
        arrays = load_file(folder / _ARRAYS)
        digest = arrays["digest"].tobytes().hex()
        components = arrays.get("components")
        return cls(arrays["vectors"], arrays["labels"], components, digest, int(arrays["seed"][0]))

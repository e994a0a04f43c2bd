"""The predictions of one cell per unit, of any task: its metrics, and the patients that count."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.evaluation import BLOCK, unit_table
from results.label_tasks import MULTILABEL, TWO_CLASSES, LabelTask, one_of_task
from results.metric import Values
from results.metrics import metric_value, metric_values
from results.task_evaluation import rarest, task_unit_table, threshold_array
from results.task_metrics import task_metric_value, task_metric_values
from results.uncertainty import Resampled, fewest_patients, patient_weights


@dataclass(frozen=True, eq=False)
class Predicted:
    """A table of predictions per unit (study or image), what its labels are, and the thresholds.

    `threshold` is that of two classes, `thresholds` those of several, by class; both of training folds.
    """

    table: pd.DataFrame
    task: LabelTask = TWO_CLASSES
    threshold: float = 0.5
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def per_unit(self, unit: str) -> "Predicted":
        """Of predictions per image (`results.label_tasks`), those per unit.

        Raises ValueError for a study with two labels.
        """
        if self.task.is_binary:
            return replace(self, table=unit_table(self.table, unit))
        return replace(self, table=task_unit_table(self.table, self.task, unit))

    def only(self, rows: NDArray[Any]) -> "Predicted":
        """The same with these rows alone."""
        return replace(self, table=self.table[rows])

    def of_class(self, name: str) -> "Predicted":
        """One class against the rest, or one finding where it was read, as two classes."""
        cut = self.thresholds.get(name, 0.5)
        return Predicted(one_of_task(self.table, self.task, name), threshold=cut)

    def value(self, metric: str, weights: Values) -> Values:
        """A metric of the task, (B,), for weights (n, B) of the rows."""
        if self.task.is_binary:
            return metric_value(metric, *self._two, weights, self.threshold)
        return task_metric_value(metric, *self._several, weights, threshold_array(self.task, self.thresholds))

    def values(self) -> dict[str, float]:
        """Every metric of the task, by name."""
        once = np.ones((len(self.table), 1))
        if self.task.is_binary:
            found = metric_values(*self._two, once, self.threshold)
        else:
            cuts = threshold_array(self.task, self.thresholds)
            found = task_metric_values(self.task.kind, *self._several, once, cuts)
        return {name: float(values[0]) for name, values in found.items()}

    def resampled(self, metric: str, resamples: int, weights: NDArray[np.uint16] | None = None) -> Resampled:
        """A metric, and its value in each resampling of the patients.

        `weights` (n, resamples) are given where the patients of these rows were drawn together with others.
        """
        if weights is None:
            weights = patient_weights(self._patients, resamples)
        blocks = [np.ones((len(self.table), 1))]
        blocks += [weights[:, at : at + BLOCK].astype(np.float64) for at in range(0, resamples, BLOCK)]
        values = [self.value(metric, block) for block in blocks]
        return Resampled(float(values[0][0]), np.concatenate(values[1:]), self.fewest)

    @property
    def fewest(self) -> int:
        """The patients of the rarer label, or of the rarest class or finding: `Resampled.patients`."""
        if self.task.is_binary:
            return fewest_patients(self._patients, self._two[0])
        return rarest(self.table, self.task)

    @cached_property
    def fewest_by_class(self) -> dict[str, int]:
        """The patients with each class or finding, or without it where these are fewer; 0 without either.

        Two classes are one entry, of no name.
        """
        if self.task.is_binary:
            return {"": self.fewest if len(np.unique(self._two[0])) > 1 else 0}
        found = {}
        for name, column in zip(self.task.classes, self._several[0].T, strict=True):
            read = ~np.isnan(column)
            labels = column[read].astype(np.int64)
            found[name] = fewest_patients(self._patients[read], labels) if len(np.unique(labels)) > 1 else 0
        return found

    @property
    def positive(self) -> int:
        """The abnormal rows, or those with a finding; 0 of classes and grades."""
        if self.task.is_binary:
            return int(self._two[0].sum())
        return int((self._several[0] == 1).any(axis=1).sum()) if self.task.kind == MULTILABEL else 0

    @property
    def patients(self) -> int:
        """How many patients there are."""
        return int(self.table["patient"].nunique())

    @property
    def _patients(self) -> NDArray[np.object_]:
        return self.table["patient"].to_numpy(dtype=object)

    @cached_property
    def _two(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return self.table["label"].to_numpy(np.int64), self.table["probability"].to_numpy(np.float64)

    @cached_property
    def _several(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.task.truth(self.table), self.task.probabilities(self.table)

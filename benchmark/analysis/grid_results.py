"""The finished cells of a grid as one object: its frames, and what follows from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import pandas as pd

from benchmark.analysis.answers import Answers
from benchmark.analysis.classes import class_difference_rows, class_rows
from benchmark.analysis.embedding_atlas import embedding_atlas
from benchmark.analysis.external_drift import drift_rows, ladder_points
from benchmark.analysis.group_verdicts import GroupVerdicts, group_verdicts
from benchmark.analysis.label_noise import noise_rows
from benchmark.analysis.metrics_table import metrics_frame
from benchmark.analysis.power import forecast_rows, power_rows
from benchmark.analysis.prediction_gallery import prediction_gallery
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.strategy_curves import strategy_points
from benchmark.analysis.subgroups import subgroup_rows
from benchmark.analysis.worklist import worklist_rows
from benchmark.errors import UserError
from benchmark.execution.plan import Plan
from benchmark.grid.subgroups import Subgroup
from benchmark.store.record import Failed, Finished
from benchmark.store.records import Records
from results.figures.corruption_ladder import CorruptionLadder
from results.figures.embedding_atlas import EmbeddingAtlas
from results.figures.learning_curves import LearningCurves
from results.figures.prediction_gallery import PredictionGallery
from results.projection import PCA

Made = TypeVar("Made")


@dataclass(frozen=True)
class Results:
    """The finished cells of a grid, and what follows from them; frames are made anew at each call.

    `failed` are the cells that could not be fitted, with their reasons. `plan` is None for results that were
    loaded by the name of their grid. `not_tracked` says why MLflow does not hold these results (empty when it
    does, or when it was not asked to).
    """

    answers: Answers
    plan: Plan | None = None
    failed: tuple[Failed, ...] = ()
    not_tracked: str = ""

    @property
    def cells(self) -> list[Finished]:
        """The records of all finished cells, those of controls last."""
        return self.answers.finished

    def metrics(self) -> pd.DataFrame:
        """One row per cell, body part, unit and metric: value, low, high (interval over test patients)."""
        return metrics_frame(self.cells)

    def predictions(self, **axes: object) -> pd.DataFrame:
        """One row per cell and test image: the cell's axes, image, study, patient, label and probability.

        `axes` choose cells: `predictions(strategy="fine_tuning", seed=0)`. `body_part` is that of the image,
        `cell_body_part` that of the cell. Raises UserError for an axis that does not exist.
        """
        wanted = [record for record in self.cells if _agrees(record, axes)]
        records = self.answers.cells.records
        found = [_predictions(records, record) for record in wanted or self.cells[:1]]
        frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
        return frame if wanted else frame[:0]

    def compare(self) -> pd.DataFrame:
        """One row per pair of strategies on the same test patients, over seeds.

        The columns are those of `benchmark.analysis.verdicts.difference_rows`: means, difference with its
        unadjusted interval, both parts of its variance, tests (of no difference, of equality within the
        margin, of not being worse) with p-values adjusted for the planned family, and verdict. `benchmark
        compare` and the report show the same rows.
        """
        return self.answers.differences.copy()

    def external(self) -> pd.DataFrame:
        """The verdict at home, on each external set, and the change from one to the other, with its p-value.

        One row per set and comparison: the columns of `benchmark.analysis.external_answers.external_rows`.
        """
        return self.answers.elsewhere.copy()

    def external_drift(self) -> pd.DataFrame:
        """Calibration and threshold of home on each external set: `external_drift.drift_rows`."""
        return drift_rows(self.answers.sets)

    def corruption_ladder(self, body_part: str = "") -> CorruptionLadder:
        """The metric against the strength of each corruption: `.frame()` and `.plot()`.

        Of the grid's main body part, or another. Raises UserError without a ladder of this part.
        """
        cells = self.answers.cells
        points = ladder_points(cells, self.answers.sets)
        part = body_part or (cells.main_part if len(points) else "")
        if not len(points) or part not in set(points["body_part"]):
            which = f" of {part}" if part else ""
            raise UserError(f"no cell{which} was tested on corruptions: name 'corruptions' in the grid")
        evaluation = cells.evaluation
        return CorruptionLadder(points[points["body_part"] == part], evaluation.primary, evaluation.unit)

    def classes(self) -> pd.DataFrame:
        """Of several classes, grades or findings: the scores of each (`analysis.classes.class_rows`)."""
        return class_rows(self.answers.cells)

    def compare_classes(self) -> pd.DataFrame:
        """Freeze or fine-tune, for each class, grade or finding, with Holm's adjustment over them.

        The columns are those of `benchmark.analysis.classes.class_difference_rows`; empty for two classes.
        """
        return class_difference_rows(self.answers.cells)

    def power(self, difference: float | None = None) -> pd.DataFrame:
        """How many seeds or test studies would find a true difference (default: the margin).

        The columns are those of `benchmark.analysis.power.power_rows`; `benchmark power` shows the same rows.
        Raises UserError for a difference that is not above 0.
        """
        if difference is not None and not difference > 0:
            raise UserError(f"the difference to find must be above 0, not {difference}")
        return power_rows(self.answers, difference)

    def forecasts(self) -> pd.DataFrame:
        """The difference forecast at more images, with a back-test: `analysis.power.forecast_rows`."""
        return forecast_rows(self.answers)

    def learning_curves(self, backbone: str = "") -> LearningCurves:
        """The learning curves of every strategy: `.frame()` has the points, `.plot()` a matplotlib figure.

        They are of this backbone; without one, of the mean over the backbones that are both frozen and
        fine-tuned, or of the only one. Strategies without backbones are there as well.
        """
        evaluation = self.answers.cells.evaluation
        points = strategy_points(self.answers.cells)
        shown = backbone or (points[0]["backbone"] if points else "")
        rows = [row for row in points if row["backbone"] in (shown, "")]
        return LearningCurves(rows, evaluation.primary, evaluation.unit)

    def worklist(self) -> pd.DataFrame:
        """What reading in the order of the probabilities saves: `benchmark.analysis.worklist.worklist_rows`.

        One row per body part and strategy at the largest size: shares of the abnormal studies among the first
        20, 40 and 60 % of the list, the place of the median abnormal study, and what need not be read at 95 %
        sensitivity, each with its interval over test patients.
        """
        return worklist_rows(self.answers.cells)

    def subgroups(self, column: str, bounds: Sequence[float] = ()) -> pd.DataFrame:
        """Metrics on parts of the test set: `benchmark.analysis.subgroups.subgroup_rows`.

        `column` is one of the manifest's that describes images (sex, manufacturer, any other); `bounds` cut
        its numbers. Raises UserError for a column that is not there or has too many values.
        """
        try:
            asked = Subgroup(column=column, bounds=tuple(bounds))
        except ValueError as error:
            raise UserError(f"subgroups: {error}") from None
        return self._with_plan(partial(subgroup_rows, asked=asked))

    def group_verdicts(self) -> pd.DataFrame:
        """The verdict in each group of the columns that the grid's `evaluation: {subgroups}` names.

        The columns are those of `benchmark.analysis.group_verdicts.group_verdicts`. Raises UserError for a
        column that is not there or has too many values.
        """
        return self._with_plan(self._group_verdicts).groups

    def interactions(self) -> pd.DataFrame:
        """Whether the comparison depends on the group, a row per column; as `group_verdicts`."""
        return self._with_plan(self._group_verdicts).interactions

    def label_noise(self) -> pd.DataFrame:
        """Score by share of wrong training labels, and which method suffers more; empty without such cells.

        The columns are those of `benchmark.analysis.label_noise.noise_rows`.
        """
        return noise_rows(self.answers)

    def _group_verdicts(self, cells: ResampledCells, plan: Plan) -> GroupVerdicts:
        return group_verdicts(cells, self.answers.pairs, plan, cells.evaluation.subgroups)

    def embedding_atlas(self, strategy: str = "feature_extraction", projection: str = PCA) -> EmbeddingAtlas:
        """The images by the embedding that training folds choose of a strategy: `.frame()` and `.plot()`.

        `projection` is pca, or umap where the extra of that name is installed. Raises UserError where there
        is no such cell, or the cache does not hold its embedding any more.
        """
        return self._with_plan(partial(embedding_atlas, strategy=strategy, projection=projection))

    def examples(self, strategy: str = "feature_extraction") -> PredictionGallery:
        """The most confident true and false positives and negatives of a strategy, with their pictures.

        Raises UserError where there is no such cell, or the cache does not hold the pixels any more.
        """
        return self._with_plan(partial(prediction_gallery, strategy=strategy))

    def _with_plan(self, make: Callable[[ResampledCells, Plan], Made]) -> Made:
        if self.plan is None:
            raise UserError(
                "pictures and subgroups need the grid and its data: load_results(workspace, 'grid.yaml')"
            )
        if not self.answers.cells.finished:
            raise UserError(f"grid '{self.plan.grid.name}' has no finished cell; first: benchmark run")
        try:
            return make(self.answers.cells, self.plan)
        except ValueError as error:
            raise UserError(str(error)) from None


def _agrees(record: Finished, axes: dict[str, object]) -> bool:
    for name, value in axes.items():
        if name not in (*record.axes, "control"):
            raise UserError(f"there is no axis '{name}'; there are {', '.join((*record.axes, 'control'))}")
        if getattr(record, name) != value:
            return False
    return True


def _predictions(records: Records, record: Finished) -> pd.DataFrame:
    axes = {"cell_body_part" if name == "body_part" else name: value for name, value in record.axes.items()}
    frame = records.read_predictions(record)
    return frame.assign(cell=record.cell, threshold=record.threshold, **axes)

"""The tables of a report as plain values, computed once and then shown as figures, tables and text.

`Answers` holds what every command needs; `Findings` adds what only a report shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import pandas as pd

from benchmark.analysis.across_settings import ranks, spread_rows
from benchmark.analysis.answers import Answers
from benchmark.analysis.attempts import Attempt, attempt
from benchmark.analysis.body_parts import shrunken_rows, together_rows
from benchmark.analysis.classes import class_difference_rows, class_rows
from benchmark.analysis.controls import control_rows
from benchmark.analysis.cost import cost_frame
from benchmark.analysis.dataset_counts import count_rows
from benchmark.analysis.embedding_atlas import embedding_atlas
from benchmark.analysis.external_drift import drift_rows, ladder_points
from benchmark.analysis.finished import leak_of
from benchmark.analysis.group_verdicts import GroupVerdicts, group_verdicts
from benchmark.analysis.headline import Headline, headline
from benchmark.analysis.label_efficiency import efficiency_rows
from benchmark.analysis.label_noise import noise_rows, without_noise
from benchmark.analysis.paired_differences import QUESTIONS, Pair, test_rows
from benchmark.analysis.prediction_gallery import prediction_gallery
from benchmark.analysis.resampled_cells import ResampledCells
from benchmark.analysis.sample_size import crossover_rows, fit_rows
from benchmark.analysis.scores import score_rows
from benchmark.analysis.subgroups import subgroup_rows
from benchmark.analysis.worklist import worklist_rows
from benchmark.execution.plan import Plan
from benchmark.grid.strategies import STRATEGIES
from benchmark.grid.subgroups import Subgroup
from classifiers.catalogue import learns
from results.figures import EmbeddingAtlas, PredictionGallery
from results.projection import PCA


@dataclass(frozen=True)
class Findings:
    """The tables of a report; a table is empty when the grid lacks what it needs."""

    evaluated: ResampledCells
    plan: Plan
    counts: pd.DataFrame  # images, studies and patients, by body part, split and label
    scores: pd.DataFrame  # every method
    chosen: pd.DataFrame  # what training folds choose
    differences: pd.DataFrame
    tests: pd.DataFrame
    crossovers: pd.DataFrame
    efficiency: pd.DataFrame  # fine-tuning at N images equals frozen at k · N
    fits: pd.DataFrame
    ranks: dict[str, Any]
    together: pd.DataFrame  # body parts, per backbone and size
    shrunken: pd.DataFrame  # each body part beside them
    spread: pd.DataFrame
    cost: pd.DataFrame  # every method at the largest size, means over seeds
    controls: pd.DataFrame
    worklist: pd.DataFrame  # what ordering by probability saves, at the largest size
    classes: pd.DataFrame = field(default_factory=pd.DataFrame)  # each of several classes or findings
    class_differences: pd.DataFrame = field(default_factory=pd.DataFrame)  # and the verdict on each

    projection: str = PCA  # of the embeddings, onto two axes
    noise: pd.DataFrame = field(default_factory=pd.DataFrame)  # which method suffers more from wrong labels
    pairs: Sequence[Pair] = ()  # the sides behind the differences
    localisation: pd.DataFrame = field(default_factory=pd.DataFrame)  # maps of kept models and known boxes
    external: pd.DataFrame = field(default_factory=pd.DataFrame)  # verdicts at home, away, and the change
    drift: pd.DataFrame = field(default_factory=pd.DataFrame)  # calibration and threshold on external sets
    ladder: pd.DataFrame = field(default_factory=pd.DataFrame)  # the metric up the ladder of corruptions

    @property
    def main_part(self) -> str:
        """The body part for figures that show one."""
        return self.evaluated.main_part

    @cached_property
    def headline(self) -> Headline:
        """The answer in one sentence, with a row for each body part."""
        return headline(self.differences, self.evaluated.evaluation, leak_of(self.evaluated.finished))

    @cached_property
    def atlases(self) -> dict[str, Attempt[EmbeddingAtlas]]:
        """The embedding of each strategy that has one, where the cache still holds it."""
        names = [name for name in self._strategies if STRATEGIES[name].needs_embedding]
        return {
            name: attempt(partial(embedding_atlas, self.evaluated, self.plan, name, self.projection))
            for name in names
        }

    @cached_property
    def galleries(self) -> dict[str, Attempt[PredictionGallery]]:
        """Examples of the predictions of each way to use a network, likewise."""
        asked = {strategy for question in QUESTIONS for strategy in question}
        names = [name for name in self._strategies if name in asked]
        return {name: attempt(partial(prediction_gallery, self.evaluated, self.plan, name)) for name in names}

    @cached_property
    def subgroups(self) -> dict[Subgroup, Attempt[pd.DataFrame]]:
        """By the columns that the grid asks for, the metrics on each group of the test set."""
        asked = self.evaluated.evaluation.subgroups
        return {one: attempt(partial(subgroup_rows, self.evaluated, self.plan, one)) for one in asked}

    @cached_property
    def group_verdicts(self) -> GroupVerdicts:
        """The verdict on each of these groups, and whether they differ in it."""
        columns = [one for one, made in self.subgroups.items() if made.made is not None]
        return group_verdicts(self.evaluated, self.pairs, self.plan, columns)

    @property
    def _strategies(self) -> list[str]:
        """The strategies with finished cells of the main body part at its largest size."""
        cells = self.evaluated.by_setting[self.evaluated.largest[self.main_part]]
        return list(dict.fromkeys(record.strategy for record in cells if learns(record.classifier)))


def find(answers: Answers, plan: Plan, projection: str = PCA) -> Findings:
    """Compute every table of a report from the results of a grid; no classifier is fitted."""
    evaluated, found = answers.cells, answers.pairs
    return Findings(
        evaluated=evaluated,
        plan=plan,
        counts=count_rows(plan),
        scores=score_rows(evaluated, evaluated.methods),
        cost=cost_frame(evaluated),
        controls=control_rows(evaluated, without_noise(answers.controls), plan),
        noise=noise_rows(answers),
        worklist=worklist_rows(evaluated),
        chosen=score_rows(evaluated, evaluated.chosen),
        differences=answers.differences,
        tests=test_rows(evaluated, found),
        crossovers=crossover_rows(evaluated, found),
        efficiency=efficiency_rows(evaluated, found),
        fits=fit_rows(evaluated),
        ranks=ranks(evaluated),
        together=together_rows(found, evaluated.evaluation.confidence),
        shrunken=shrunken_rows(found, evaluated.evaluation.confidence),
        spread=spread_rows(evaluated, found),
        classes=class_rows(evaluated),
        class_differences=class_difference_rows(evaluated),
        projection=projection,
        external=answers.elsewhere,
        drift=drift_rows(answers.sets),
        ladder=ladder_points(evaluated, answers.sets),
        pairs=found,
    )

"""Finished cells with their primary metric in every resampling of the test patients."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import pandas as pd

from benchmark.datasets.names import EVERY_PART
from benchmark.execution.chosen import chosen_on_training_folds
from benchmark.execution.executors import Share, run_all
from benchmark.grid.cells import Cell
from benchmark.grid.schema import Evaluation
from benchmark.grid.strategies import STRATEGIES
from benchmark.store.measures import predicted
from benchmark.store.record import Finished
from benchmark.store.records import Records
from results.estimates import Estimate, estimate
from results.evaluation import Interval, plain
from results.label_tasks import TWO_CLASSES, LabelTask
from results.labels import look_of
from results.metric_lookup import limits, metric_named
from results.names import CHOSEN
from results.predicted import Predicted
from results.uncertainty import Resampled

EVERY_BACKBONE = "mean over backbones"
_AT_ONCE, _FEW = 16, 2  # cells that a worker is sent together; groups that need no worker

Side = dict[int, Finished]  # one record per seed


class Method(NamedTuple):
    """One of the compared methods. CHOSEN stands for the classifier (and descriptor) that folds choose.

    `classifier` is empty for a network trained by the recipe that folds choose, or by the grid's only one; a
    recipe by itself has its name there.
    """

    strategy: str
    backbone: str
    classifier: str

    @property
    def variant(self) -> str:
        """The recipe (or classifier) that tells methods of one strategy and backbone apart, if there are any.

        Empty where folds chose it.
        """
        return "" if self.classifier == CHOSEN else self.classifier

    @property
    def name(self) -> str:
        """The method's name in tables and figures."""
        return " · ".join(filter(None, (look_of(self.strategy).label, self.backbone, self.classifier)))


class Setting(NamedTuple):
    """A body part and a training size (`Header.size_name`), at which methods are compared.

    `images` and `patients` are the size in training images and in their patients: means over seeds, rounded.
    """

    body_part: str
    train_size: int | str
    images: int
    patients: int


@dataclass(frozen=True)
class ResampledCells:
    """Finished cells and, by cell id, their resampled primary metric."""

    evaluation: Evaluation
    records: Records
    finished: Sequence[Finished]
    resampled: Mapping[str, Resampled]

    @property
    def lower_is_better(self) -> bool:
        """Whether less of the primary metric is better."""
        return not metric_named(self.evaluation.primary).higher_is_better

    @cached_property
    def by_setting(self) -> dict[Setting, list[Finished]]:
        """The cells of each body part and size: parts as they come, sizes ascending, `full` last."""
        groups: dict[tuple[str, int | str], list[Finished]] = defaultdict(list)
        for record in self.finished:
            groups[record.body_part, record.size_name].append(record)
        found = {Setting(part, size, *mean_size(cells)): cells for (part, size), cells in groups.items()}
        parts = list(dict.fromkeys(setting.body_part for setting in found))
        order = sorted(
            found,
            key=lambda s: (parts.index(s.body_part), isinstance(s.train_size, str), s.images),
        )
        return {setting: found[setting] for setting in order}

    @cached_property
    def methods(self) -> dict[Setting, dict[Method, Side]]:
        """Every extractor and classifier at each setting."""
        return {
            setting: _sides((Method(r.strategy, r.backbone, r.classifier), r) for r in cells)
            for setting, cells in self.by_setting.items()
        }

    @cached_property
    def chosen(self) -> dict[Setting, dict[Method, Side]]:
        """The methods that are compared at each setting.

        Per frozen backbone the classifier, over all descriptors the descriptor and classifier, and per
        fine-tuned or adapted backbone the recipe that training folds choose.
        """
        return {setting: _chosen(cells) for setting, cells in self.by_setting.items()}

    @cached_property
    def recipes(self) -> dict[Setting, dict[Method, Side]]:
        """Each recipe of a trained backbone by itself, at each setting; none where a strategy has one."""
        several = with_several_recipes(self.finished)
        return {
            setting: {method: side for method, side in sides.items() if method.strategy in several}
            for setting, sides in self.methods.items()
        }

    @cached_property
    def largest(self) -> dict[str, Setting]:
        """The setting with most training images, per body part."""
        settings = sorted(self.by_setting, key=lambda s: s.images)
        largest = {setting.body_part: setting for setting in settings}
        return {part: largest[part] for part in dict.fromkeys(s.body_part for s in self.by_setting)}

    @property
    def main_part(self) -> str:
        """The body part for figures that show one: `all` if the grid has it, else its first."""
        parts = list(self.largest)
        return EVERY_PART if EVERY_PART in parts else parts[0]

    def same_training_images(self, setting: Setting) -> bool:
        """Whether all seeds of a setting have the same training images: all that there are.

        Their spread is then that of the random numbers of a fit alone. Records of earlier versions, which do
        not hold the number of all images, are compared with `full`.
        """
        counts = [record.counts for record in self.by_setting[setting]]
        return all(c.train_images == (c.pool_images or self._pools.get(setting.body_part)) for c in counts)

    @cached_property
    def _pools(self) -> dict[str, int]:
        """The number of training images of the body parts that were trained on all of them."""
        return {
            setting.body_part: setting.images for setting in self.by_setting if setting.train_size == "full"
        }

    @property
    def limits(self) -> tuple[float, float] | None:
        """The least and the largest value of the primary metric; None where one is infinite."""
        return limits(self.evaluation.primary)

    def interval(self, found: Estimate) -> Interval:
        """An estimate of the primary metric with its bounds: value, low, high; None where undefined."""
        low, high = found.interval(self.evaluation.confidence, self.limits)
        return {"value": plain(found.value), "low": plain(low), "high": plain(high)}

    def by_seed(self, side: Side, seeds: Iterable[int] | None = None) -> dict[int, Resampled]:
        """The resampled primary metric of (these) seeds' cells."""
        return {seed: self.resampled[side[seed].cell] for seed in sorted(seeds or side)}

    def over_seeds(self, side: Side, seeds: Iterable[int] | None = None) -> Estimate:
        """The mean of the primary metric over (these) seeds, with both parts of its variance."""
        return estimate(self.by_seed(side, seeds), self.pool_share(side))

    def pool_share(self, side: Side) -> float:
        """The part of all training images of its body part that each seed's subset is, for `estimate`.

        0 where it is the whole (no factor mends that) and where an old record does not hold the whole.
        """
        counts = [(record.counts, record.body_part) for record in side.values()]
        known = [(c.train_images, c.pool_images or self._pools.get(part)) for c, part in counts]
        share = mean([images / pool if pool else 0.0 for images, pool in known])
        return share if share < 1 else 0.0

    @property
    def task(self) -> LabelTask:
        """What the labels are."""
        return self.finished[0].label_task if self.finished else TWO_CLASSES

    def predictions(self, record: Finished) -> pd.DataFrame:
        """A cell's predictions of two classes, one row per test image.

        Raises ValueError for those of several classes, which have tables and figures of their own.
        """
        if not record.label_task.is_binary:
            raise ValueError(
                f"it shows two classes, and the labels are {len(record.classes)} {self.task.words}"
            )
        return self.records.read_predictions(record)

    def predicted(self, record: Finished) -> Predicted:
        """A cell's predictions of any task, one row per test image."""
        two = record.label_task.is_binary
        return predicted(self.predictions(record) if two else self.records.read_predictions(record), record)


def mean_size(cells: Iterable[Finished]) -> tuple[int, int]:
    """The training images, and their patients, of one body part and size: means over its seeds, rounded."""
    counts = {record.seed: record.counts for record in cells}.values()
    images, patients = ([c.train_images for c in counts], [c.train_patients for c in counts])
    return round(mean(images)), round(mean(patients))


def read_resampled_cells(
    evaluation: Evaluation, records: Records, cells: Sequence[Finished], share: Share | None = None
) -> ResampledCells:
    """The cells with their resampled primary metric, read or (by processes of `share`) worked out."""
    kept = {record.cell: records.kept_resampled(record, evaluation) for record in cells}
    absent = [record for record in cells if kept[record.cell] is None]
    groups = [absent[start : start + _AT_ONCE] for start in range(0, len(absent), _AT_ONCE)]
    work = partial(_resample, records.folder, evaluation)
    alone = share is None or len(groups) <= _FEW
    found = map(work, groups) if alone else run_all(work, groups, share or Share(1, 1))
    made = {cell: value for group in found for cell, value in group.items()}
    resampled = {cell: value for cell, value in (kept | made).items() if value is not None}
    return ResampledCells(evaluation, records, cells, resampled)


def _resample(folder: Path, evaluation: Evaluation, cells: Sequence[Finished]) -> dict[str, Resampled]:
    records = Records(folder.parent, folder.name)
    return {record.cell: records.resampled(record, evaluation) for record in cells}


def _sides(members: Iterable[tuple[Method, Finished]]) -> dict[Method, Side]:
    found: dict[Method, Side] = defaultdict(dict)
    for method, record in members:
        found[method][record.seed] = record
    return dict(found)


def compared_method(found: Finished | Cell) -> Method:
    """The compared method that a cell belongs to after folds have chosen among its strategy's methods."""
    over = STRATEGIES[found.strategy].chosen_over
    classifier = CHOSEN if "classifier" in over else "" if "recipe" in over else found.classifier
    return Method(found.strategy, "" if "backbone" in over else found.backbone, classifier)


def has_recipes(strategy: str) -> bool:
    """Whether folds choose among recipes, which are the classifiers of the strategy's cells."""
    return "recipe" in STRATEGIES[strategy].chosen_over


def with_several_recipes(found: Iterable[Finished | Cell]) -> set[str]:
    """The strategies with more than one recipe."""
    recipes = {(one.strategy, one.classifier) for one in found if has_recipes(one.strategy)}
    counts = Counter(strategy for strategy, _ in recipes)
    return {strategy for strategy, count in counts.items() if count > 1}


def _chosen(cells: Sequence[Finished]) -> dict[Method, Side]:
    groups: dict[Method, list[Finished]] = defaultdict(list)
    for record in cells:
        groups[compared_method(record)].append(record)
    found: dict[Method, Side] = {}
    for method, group in groups.items():
        chosen = chosen_on_training_folds(group) if STRATEGIES[method.strategy].chosen_over else group
        found |= _sides((method, record) for record in chosen)
    return found

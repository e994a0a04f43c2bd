"""What a report is made of: finished cells, and their primary metric in every resampling of the patients."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from benchmark.analysis.learning_curves import chosen_on_training_folds
from benchmark.execution.executors import Share, run_all
from benchmark.grid.schema import Evaluation
from benchmark.store.records import Record, Records
from results.comparison import mean_of
from results.evaluation import Interval, resampled_metric, with_interval
from results.labels import look_of
from results.names import LOWER_IS_BETTER
from results.uncertainty import Resampled

CHOSEN = "chosen"  # by the AUROC on training folds, seed by seed
EVERY_BACKBONE = "all backbones"
_AT_ONCE, _FEW = 16, 2  # cells that a worker is sent together; groups that need no worker

Side = dict[int, Record]  # one record per seed


class Method(NamedTuple):
    """What is compared: CHOSEN stands for the classifier (or, hand-crafted, the descriptor too)."""

    strategy: str
    backbone: str
    classifier: str

    @property
    def name(self) -> str:
        """The method in a table's or a figure's words."""
        return " · ".join(filter(None, (look_of(self.strategy).label, self.backbone, self.classifier)))


class Setting(NamedTuple):
    """Where methods meet: a body part and a training size of the grid; `images` is the size in images."""

    body_part: str
    train_size: int | str
    images: int


@dataclass(frozen=True)
class Study:
    """Finished cells without controls, and the resampled primary metric of each, by cell."""

    evaluation: Evaluation
    records: Records
    cells: Sequence[Record]
    resampled: Mapping[str, Resampled]

    @property
    def lower_is_better(self) -> bool:
        """Whether less of the primary metric is better."""
        return self.evaluation.primary in LOWER_IS_BETTER

    @cached_property
    def by_setting(self) -> dict[Setting, list[Record]]:
        """The cells of each body part and size: parts as they come, sizes ascending, `full` last."""
        found: dict[Setting, list[Record]] = defaultdict(list)
        for record in self.cells:
            images = record["counts"]["train_images"]
            found[Setting(record["body_part"], record["train_size"], images)].append(record)
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
            setting: _sides((Method(r["strategy"], r["backbone"], r["classifier"]), r) for r in cells)
            for setting, cells in self.by_setting.items()
        }

    @cached_property
    def chosen(self) -> dict[Setting, dict[Method, Side]]:
        """What training folds choose at each setting.

        Per frozen backbone its classifier, over all descriptors one with its classifier, and each
        fine-tuned backbone as it is.
        """
        return {setting: _chosen(cells) for setting, cells in self.by_setting.items()}

    @cached_property
    def largest(self) -> dict[str, Setting]:
        """The setting with most training images, per body part."""
        settings = sorted(self.by_setting, key=lambda s: s.images)
        largest = {setting.body_part: setting for setting in settings}
        return {part: largest[part] for part in dict.fromkeys(s.body_part for s in self.by_setting)}

    def interval(self, resampled: Resampled) -> Interval:
        """A resampled value with its bounds: value, low, high; None where undefined."""
        return with_interval(self.evaluation.primary, resampled, self.evaluation.confidence)

    def over_seeds(self, side: Side, seeds: Iterable[int] | None = None) -> Resampled:
        """The mean of the primary metric over (these) seeds, and the same in each resampling."""
        return mean_of([self.resampled[side[seed]["cell"]] for seed in sorted(seeds or side)])

    def predictions(self, record: Record) -> pd.DataFrame:
        """A cell's predictions, one row per test image."""
        return self.records.read_predictions(record["cell"])


def read_study(evaluation: Evaluation, records: Records, cells: Sequence[Record], share: Share) -> Study:
    """Resample the primary metric of every cell; cells are divided among processes."""
    groups = [cells[start : start + _AT_ONCE] for start in range(0, len(cells), _AT_ONCE)]
    work = partial(_resample, records.folder, evaluation)
    found = map(work, groups) if len(groups) <= _FEW else run_all(work, groups, share)
    return Study(
        evaluation, records, cells, {cell: value for group in found for cell, value in group.items()}
    )


def _resample(folder: Path, evaluation: Evaluation, cells: Sequence[Record]) -> dict[str, Resampled]:
    records = Records(folder.parent, folder.name)
    settings = {"metric": evaluation.primary, "unit": evaluation.unit}
    return {
        record["cell"]: resampled_metric(
            records.read_predictions(record["cell"]),
            record["threshold"],
            resamples=evaluation.resamples,
            **settings,
        )
        for record in cells
    }


def _sides(members: Iterable[tuple[Method, Record]]) -> dict[Method, Side]:
    found: dict[Method, Side] = defaultdict(dict)
    for method, record in members:
        found[method][record["seed"]] = record
    return dict(found)


def _chosen(cells: Sequence[Record]) -> dict[Method, Side]:
    found: dict[Method, Side] = {}
    frozen = [record for record in cells if record["strategy"] == "feature_extraction"]
    for backbone in dict.fromkeys(record["backbone"] for record in frozen):
        own = chosen_on_training_folds(record for record in frozen if record["backbone"] == backbone)
        found |= _sides((Method("feature_extraction", backbone, CHOSEN), record) for record in own)
    tuned = (record for record in cells if record["strategy"] == "fine_tuning")
    found |= _sides((Method("fine_tuning", record["backbone"], ""), record) for record in tuned)
    crafted = chosen_on_training_folds(r for r in cells if r["strategy"] == "hand_crafted")
    return found | _sides((Method("hand_crafted", "", CHOSEN), record) for record in crafted)


def slug(name: str) -> str:
    """A name as a part of a file's name."""
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-").lower()

"""Figures of several classes, grades or findings: ranking and calibration of each, and confusions."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from benchmark.analysis.findings import Findings
from benchmark.analysis.leaders import leaders
from benchmark.analysis.resampled_cells import ResampledCells, Setting
from benchmark.reporting.leader_scores import scores_of
from benchmark.reporting.overview_figures import Figure
from benchmark.store.record import Finished
from results.figures import Drawable, PrecisionRecallCurves, ReliabilityDiagram, RocCurves, Scores
from results.figures.class_confusion import ClassConfusion, ClassConfusions
from results.label_tasks import MULTILABEL, one_of_task
from results.labels import look_of, part_label, size_label
from results.task_evaluation import task_unit_table
from results.text import for_file_name

_KINDS: dict[str, tuple[str, Any]] = {
    "roc": ("ROC curves", RocCurves),
    "precision_recall": ("Precision-recall curves", PrecisionRecallCurves),
    "reliability": ("Reliability", ReliabilityDiagram),
}
_MOST = 20  # classes that have curves of their own


def class_figures(findings: Findings) -> Iterator[Figure]:
    """Yield (file name, caption, function that makes the figure), for the main body part."""
    evaluated, task = findings.evaluated, findings.evaluated.task
    part = findings.main_part
    setting = evaluated.largest[part]
    where = f"{part_label(part)}, {size_label(setting.train_size)} training images, first seed"
    chosen = "of each strategy what training folds choose"
    for name in task.classes[:_MOST]:
        about = f"{name} against the rest, {where}: {chosen}. Bands: interval over test patients."
        for kind, (title, figure) in _KINDS.items():
            slug = f"{kind}_{for_file_name(part)}_{for_file_name(name)}"
            yield slug, f"{title}. {about}", partial(_curves, figure, evaluated, setting, name)
    if task.kind != MULTILABEL:
        caption = f"Confusion matrices, {where}: {chosen}, and the most probable {task.word}."
        yield "confusion_matrices", caption, partial(_confusions, evaluated)


def class_confusion(evaluated: ResampledCells, record: Finished, title: str) -> ClassConfusion:
    """The confusion matrix of a cell's predictions by unit. Raises ValueError for findings."""
    task = record.label_task
    if task.kind == MULTILABEL:
        raise ValueError("several findings of one image have no confusion matrix")
    table = task_unit_table(evaluated.records.read_predictions(record), task, evaluated.evaluation.unit)
    predicted = task.probabilities(table).argmax(axis=1)
    return ClassConfusion(table["label"].tolist(), predicted.tolist(), task.classes, title)


def _curves(figure: Any, evaluated: ResampledCells, setting: Setting, name: str) -> Drawable:
    scores = [_scores(evaluated, record, name) for record in leaders(evaluated, setting)]
    if len({label for one in scores for label in one.labels}) < 2:
        raise ValueError(f"no test patient has '{name}', or every one has")
    unit, confidence = evaluated.evaluation.unit, evaluated.evaluation.confidence
    made: Drawable = figure(scores, unit, confidence=confidence)
    return made


def _scores(evaluated: ResampledCells, record: Finished, name: str) -> Scores:
    own = one_of_task(evaluated.records.read_predictions(record), record.label_task, name)
    return scores_of(record, own, evaluated.evaluation.unit, record.thresholds.get(name))


def _confusions(evaluated: ResampledCells) -> ClassConfusions:
    found = []
    for part, setting in evaluated.largest.items():
        for record in leaders(evaluated, setting):
            title = f"{part_label(part)}, {look_of(record.strategy).label}"
            found.append(class_confusion(evaluated, record, title))
    return ClassConfusions(found)

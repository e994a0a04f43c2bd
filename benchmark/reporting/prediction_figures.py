"""Figures of single cells: ROC, precision-recall, reliability, decision and training curves, confusions."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from benchmark.analysis.findings import Findings
from benchmark.analysis.leaders import leaders
from benchmark.analysis.paired_differences import QUESTION
from benchmark.analysis.resampled_cells import ResampledCells, Setting
from benchmark.reporting.class_figures import class_figures
from benchmark.reporting.leader_scores import scores_of
from benchmark.reporting.overview_figures import Figure
from benchmark.store.record import Finished
from classifiers.fine_tuning.recipes import END_TO_END
from results.figures import (
    ConfusionMatrices,
    ConfusionMatrix,
    DecisionCurve,
    Drawable,
    PrecisionRecallCurves,
    ReliabilityDiagram,
    RocCurves,
    Scores,
    TrainingCurves,
    WorklistGains,
)
from results.labels import look_of, part_label, size_label
from results.text import for_file_name

_KINDS: dict[str, tuple[str, Any]] = {
    "roc": ("ROC curves", RocCurves),
    "precision_recall": ("Precision-recall curves", PrecisionRecallCurves),
    "reliability": ("Reliability", ReliabilityDiagram),
}
_MATRICES = (
    "Confusion matrices of what training folds choose of each strategy, at the threshold chosen in training; "
    "largest training size, first seed."
)


def predictions(findings: Findings) -> Iterator[Figure]:
    """Yield (file name, caption, function that makes the figure)."""
    evaluated = findings.evaluated
    if not evaluated.task.is_binary:
        yield from class_figures(findings)
    for part, setting in evaluated.largest.items() if evaluated.task.is_binary else ():
        yield from _of_probabilities(evaluated, part, setting)
    yield _decision_curve(evaluated, findings.main_part)
    yield _worklist(evaluated, findings.main_part)
    if evaluated.task.is_binary:
        yield "confusion_matrices", _MATRICES, partial(_matrices, evaluated)
    yield from _training_curves(evaluated)


def _of_probabilities(evaluated: ResampledCells, part: str, setting: Setting) -> Iterator[Figure]:
    about = (
        f"{part_label(part)}, {size_label(setting.train_size)} training images, first seed: of each strategy "
        "what training folds choose. Bands: interval over test patients."
    )
    for kind, (title, figure) in _KINDS.items():
        yield (
            f"{kind}_{for_file_name(part)}",
            f"{title}. {about}",
            partial(_drawn, figure, evaluated, setting),
        )


def _decision_curve(evaluated: ResampledCells, part: str) -> Figure:
    """Net benefit at the largest size of one body part."""
    setting = evaluated.largest[part]
    caption = (
        f"Decision curves, {part_label(part)}, {size_label(setting.train_size)} training images, first seed: "
        "net benefit (Vickers & Elkin 2006) of acting where the probability is at least a threshold, of "
        "what training folds choose of each strategy. Below: fine-tuned minus frozen, paired. Bands: "
        "pointwise interval over test patients, for these trained networks."
    )
    drawn = partial(
        _drawn, partial(DecisionCurve, compared=(QUESTION.first, QUESTION.second)), evaluated, setting
    )
    return f"decision_curve_{for_file_name(part)}", caption, drawn


def _worklist(evaluated: ResampledCells, part: str) -> Figure:
    """Cumulative gains at the largest size of one body part."""
    setting = evaluated.largest[part]
    caption = (
        f"Worklist, {part_label(part)}, {size_label(setting.train_size)} training images, first seed: how "
        "many of the abnormal ones are among the first that are read, in the order of the probability, of "
        "what training folds choose of each strategy. Bands: pointwise interval over test patients."
    )
    return f"worklist_{for_file_name(part)}", caption, partial(_drawn, WorklistGains, evaluated, setting)


def _drawn(figure: Any, evaluated: ResampledCells, setting: Setting) -> Drawable:
    evaluation = evaluated.evaluation
    scores = [_scores(evaluated, record) for record in leaders(evaluated, setting)]
    made: Drawable = figure(scores, evaluation.unit, confidence=evaluation.confidence)
    return made


def _scores(evaluated: ResampledCells, record: Finished) -> Scores:
    return scores_of(record, evaluated.predictions(record), evaluated.evaluation.unit, record.threshold)


def _matrices(evaluated: ResampledCells) -> ConfusionMatrices:
    found = []
    for part, setting in evaluated.largest.items():
        for record in leaders(evaluated, setting):
            scores = _scores(evaluated, record)
            title = f"{part_label(part)}, {look_of(record.strategy).label}"
            found.append(ConfusionMatrix(scores.labels, scores.probabilities, record.threshold, title))
    return ConfusionMatrices(found)


def _training_curves(evaluated: ResampledCells) -> Iterator[Figure]:
    for name, title, record in tuned_cells(evaluated):
        make = partial(TrainingCurves, [epoch.model_dump() for epoch in record.chosen_from], title)
        yield f"training_curves_{name}", f"Each epoch of the fine-tuning of {title}.", make


def tuned_cells(evaluated: ResampledCells) -> Iterator[tuple[str, str, Finished]]:
    """(name for files, title, record) of each fine-tuned network and body part: largest size, first seed."""
    for part, setting in evaluated.largest.items():
        for method, side in evaluated.chosen[setting].items():
            record = side[min(side)]
            if record.history:
                size = f"{size_label(setting.train_size)} training images"
                recipe = "" if record.classifier == END_TO_END else record.classifier
                network = " · ".join(filter(None, (method.backbone, recipe)))
                title = f"{network}, {part_label(part)}, {size}, seed {record.seed}"
                yield f"{for_file_name(network)}_{for_file_name(part)}", title, record

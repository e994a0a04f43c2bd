"""The outputs of a network for several classes, grades or findings: loss, probabilities and log odds.

Of findings each output is the log odds of one. Of classes they are the logits of a softmax. Of grades output
k is the log odds of a grade above k among the images of grade k or more: a chain of conditional probabilities
whose products never rise (CORN: Shi, Cao and Raschka 2023, Pattern Anal. Appl. 26:941, arXiv 2111.08851).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from classifiers.fine_tuning.data import Part
from classifiers.fine_tuning.recipes import Recipe
from classifiers.label_problems import MULTICLASS, MULTILABEL, LabelProblems, Matrix

_EDGE = 1e-6  # mean probabilities are clipped to this distance from 0 and 1, as in `losses`


def log_probabilities(problems: LabelProblems, outputs: Tensor) -> Tensor:
    """The logarithm of the probability of each class or grade, (n, classes), of outputs (n, problems)."""
    if problems.kind == MULTICLASS:
        return functional.log_softmax(outputs, dim=1)
    none = torch.zeros_like(outputs[:, :1])
    above = torch.cat([none, functional.logsigmoid(outputs).cumsum(dim=1)], dim=1)  # of grade k or more
    stops = torch.cat([functional.logsigmoid(-outputs), none], dim=1)  # and of none above it
    return above + stops


def smoothed_targets(truth: Matrix, problems: LabelProblems, smoothing: float) -> Matrix:
    """The truth (n_units, classes) with label smoothing; what was not read stays NaN."""
    share = 1 / 2 if problems.kind == MULTILABEL else 1 / len(problems.classes)
    return truth * (1 - smoothing) + smoothing * share


def class_weights(recipe: Recipe, problems: LabelProblems, train: Part, part: Part) -> Matrix:
    """The weight (n_units, classes) of each target in the loss, from the images of the training part.

    With `class_weighted_bce`, of findings as in MURA: twice the share of training images on the other side;
    of classes and grades the inverse of their share of training images, so that the mean weight is one.
    """
    truth = part.known_truth
    if recipe.loss != "class_weighted_bce":
        return np.ones_like(truth)
    shown = train.known_truth[train.units]
    share = np.nansum(shown, axis=0) / np.maximum(1, (~np.isnan(shown)).sum(axis=0))
    if problems.kind == MULTILABEL:
        either = (share > 0) & (share < 1)
        return np.where(either, 2 * np.abs(np.nan_to_num(truth) - share), 1.0)
    inverse = np.divide(1, share * len(share), out=np.ones_like(share), where=share > 0)
    return np.broadcast_to(inverse, truth.shape).copy()


def summed_task_loss(
    problems: LabelProblems, outputs: Tensor, units: Tensor, targets: Tensor, weights: Tensor
) -> Tensor:
    """The weighted cross-entropy, summed over units, of outputs (n_images, problems).

    `units` (n_images,) is the position of each image's unit in `targets` and `weights` (n_units, classes).
    Of findings it is the mean over all findings, to which those that were not read add nothing. The
    probability of a study is the mean of its images' probabilities.
    """
    if len(targets) == len(outputs):
        return _loss_of_images(problems, outputs, targets[units], weights[units])
    several = problems.kind == MULTILABEL
    images = outputs.sigmoid() if several else log_probabilities(problems, outputs).exp()
    counts = torch.zeros(len(targets), device=outputs.device).index_add(
        0, units, torch.ones(len(outputs), device=outputs.device)
    )
    means = torch.zeros_like(targets).index_add(0, units, images) / counts[:, None]
    means = means.clamp(_EDGE, 1 - _EDGE)
    if several:
        known = ~targets.isnan()
        losses = functional.binary_cross_entropy(means, targets.nan_to_num(), weights, reduction="none")
        return (losses * known).sum() / targets.shape[1]
    return -(targets * weights * means.log()).sum()


def _loss_of_images(problems: LabelProblems, outputs: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    if problems.kind != MULTILABEL:
        return -(targets * weights * log_probabilities(problems, outputs)).sum()
    losses = functional.binary_cross_entropy_with_logits(
        outputs, targets.nan_to_num(), weights, reduction="none"
    )
    return (losses * ~targets.isnan()).sum() / targets.shape[1]


def class_probabilities(problems: LabelProblems, outputs: Matrix) -> Matrix:
    """The probability of each class or finding, (n, classes) float64, before any calibration."""
    if problems.kind == MULTILABEL:
        found: Matrix = expit(outputs)
        return found
    return np.asarray(log_probabilities(problems, torch.from_numpy(outputs)).exp().numpy(), np.float64)


def problem_odds(problems: LabelProblems, outputs: Matrix) -> Matrix:
    """The log odds of each binary problem, (n, problems) float64."""
    if problems.kind == MULTILABEL:
        return outputs
    classes = class_probabilities(problems, outputs)
    of_grade_or_more = np.cumsum(classes[:, :0:-1], axis=1)[:, ::-1]
    shares = classes if problems.kind == MULTICLASS else of_grade_or_more
    odds: Matrix = logit(shares.clip(1e-12, 1 - 1e-12))
    return odds


def mean_task_loss(problems: LabelProblems, probabilities: Matrix, truth: Matrix, weights: Matrix) -> float:
    """The weighted cross-entropy, averaged over units, of their probabilities (n_units, classes)."""
    clipped = probabilities.clip(_EDGE, 1 - _EDGE)
    if problems.kind != MULTILABEL:
        return float(-(truth * weights * np.log(clipped)).sum(axis=1).mean())
    losses = -np.where(truth == 1, np.log(clipped), np.log1p(-clipped)) * weights
    return float(np.where(np.isnan(truth), 0, losses).mean())


def task_scores(part: str, problems: LabelProblems, probabilities: Matrix, truth: Matrix) -> dict[str, float]:
    """Accuracy and macro AUROC of units (n_units, classes), under the names of an epoch's numbers.

    Of findings, accuracy is over all that were read. The AUROC is 0.5 where no class has both sides.
    """
    read = ~np.isnan(truth)
    if problems.kind == MULTILABEL:
        right = ((probabilities >= 0.5) == (truth == 1))[read]
    else:
        right = probabilities.argmax(axis=1) == truth.argmax(axis=1)
    areas = [
        float(roc_auc_score(truth[read[:, k], k], probabilities[read[:, k], k]))
        for k in range(truth.shape[1])
        if _has_both(truth[read[:, k], k])
    ]
    return {
        f"{part}_accuracy": float(np.mean(right)),
        f"{part}_auroc": float(np.mean(areas)) if areas else 0.5,
    }


def _has_both(labels: NDArray[np.float64]) -> bool:
    return bool(0 < labels.sum() < len(labels))

"""Choose the epoch and the learning rate by folds of the training images, then refit on all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.fine_tuning.checkpoints import EpochNumbers
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.schedules import best_epoch, selection_key
from classifiers.fine_tuning.training import DivergedError, Training
from classifiers.fine_tuning.tuning_task import Choice, Tuned, TuningTask, Unseen, facts_of, seconds_of
from classifiers.selection import Floats, Folds

_MEANS = ("updates", "train_loss", "train_accuracy", "train_auroc")
_VALIDATED = ("validation_loss", "validation_accuracy", "validation_auroc")


@dataclass(frozen=True, eq=False)
class _Curve:
    """One learning rate: the mean over folds of each epoch, and the folds' log odds (n_fold,) by epoch.

    `failed` is the error of the fold whose loss diverged; `seconds` are those of all folds.
    """

    rate: float
    epochs: list[EpochNumbers]
    validated: list[list[Floats]]
    seconds: float
    failed: DivergedError | None

    def best(self, select: str) -> EpochNumbers:
        return best_epoch(self.epochs, select)

    def held_out(self, task: TuningTask, folds: Folds, epoch: int) -> Floats:
        """The log odds (N,) of every image after an epoch, by the fold's network that had not seen it."""
        found = np.empty((len(task.images.labels), *self.validated[0][epoch - 1].shape[1:]))
        for (_, rows), odds in zip(folds, self.validated, strict=True):
            found[task.images.ordered(rows, task.recipe.views == "study")] = odds[epoch - 1]
        return found


def tune_by_folds(task: TuningTask) -> Tuned:
    """Train in every fold with each learning rate, refit with the best epoch and rate, predict the test rows.

    The best are those of the mean over folds, so that no fold stops early; pooled out-of-fold log odds after
    that epoch calibrate and choose the threshold. The refit on all N images has as many updates of the
    weights as the folds had. A rate whose loss diverges in a fold is rejected. Raises DivergedError when it
    diverges with every rate, or in the refit.
    """
    images = task.images
    folds = images.folds(task.seed, task.recipe.folds)
    learnt = len(images.labels) - round(len(images.labels) / len(folds))
    recipe = task.recipe.stretched(learnt)  # the same number of epochs in every fold
    curves = _search(task, recipe, folds)
    history = [epoch for curve in curves for epoch in curve.epochs]
    taken = _best(curves, recipe.select)
    chosen, recipe = taken.best(recipe.select), recipe.with_rate(taken.rate)
    refit = _refit(task, recipe, chosen, taken, len(history))
    unseen = Unseen(taken.held_out(task, folds, chosen["epoch"]), np.arange(len(images.labels)), folds)
    choice = Choice(
        parameters={
            "learning_rate": taken.rate,
            "best_epoch": chosen["epoch"],
            "epochs": len(taken.epochs),
            "refit_epochs": len(refit.history),
        },
        auroc=chosen["validation_auroc"],
        select_seconds=sum(curve.seconds for curve in curves),
        fit_seconds=seconds_of(refit.history),
    )
    facts = {
        **facts_of(refit),
        "trained_on": len(images.labels),
        "validated_on": len(images.labels),
        "folds": len(folds),
        "refitted": True,
        "diverged_rates": [curve.rate for curve in curves if curve.failed],
    }
    refitted = [_of_refit(epoch, taken.rate, len(history)) for epoch in refit.history]
    return Tuned(
        task.fit_of(refit, unseen, choice), history + refitted, task.weights, facts, task.familiarity(refit)
    )


def _search(task: TuningTask, recipe: Recipe, folds: Folds) -> list[_Curve]:
    """Train in every fold with each learning rate."""
    curves: list[_Curve] = []
    for rate in recipe.rates():
        before = sum(len(curve.epochs) for curve in curves)
        curves.append(_train(task, recipe.with_rate(rate), folds, rate, before))
    return curves


def _train(task: TuningTask, recipe: Recipe, folds: Folds, rate: float, before: int) -> _Curve:
    """Train in every fold with one learning rate, until one of them diverges."""
    histories: list[list[EpochNumbers]] = []
    validated: list[list[Floats]] = []
    failed = None
    for number, (learnt, held_out) in enumerate(folds):
        name = f"rate-{rate:g}-fold-{number}"
        training = task.training(recipe, task.part(learnt), task.part(held_out), name, keep_best=False)

        def on_epoch(epoch: EpochNumbers, last: bool = number == len(folds) - 1) -> None:
            if last:  # the mean over folds is known
                same = [*(history[epoch["epoch"] - 1] for history in histories), epoch]
                task.on_epoch(_mean(same, rate, before))
            task.on_trained()

        try:
            training.run(on_epoch)
        except DivergedError as error:
            failed = error
        if failed and number < len(folds) - 1:
            seconds = sum(seconds_of(history) for history in [*histories, training.history])
            return _Curve(rate, [], [], seconds, failed)
        histories.append(training.history)
        validated.append(training.validated)
    seconds = sum(seconds_of(history) for history in histories)
    means = [_mean(same, rate, before) for same in zip(*histories, strict=False)]
    return _Curve(rate, means, validated, seconds, failed)


def _mean(epochs: Sequence[EpochNumbers], rate: float, before: int) -> EpochNumbers:
    """The mean over folds of one epoch; its seconds are the sum."""
    first = epochs[0]
    means = {name: float(np.mean([epoch[name] for epoch in epochs])) for name in (*_MEANS, *_VALIDATED)}
    return {
        "step": before + first["epoch"],
        "rate": rate,
        "epoch": first["epoch"],
        "stage": first["stage"],
        **means,
        "learning_rate": first["learning_rate"],
        "seconds": seconds_of(list(epochs)),
    }


def _best(curves: list[_Curve], select: str) -> _Curve:
    """The first of the best learning rates. Raises DivergedError when the loss diverged with every one."""
    whole = [curve for curve in curves if not curve.failed]
    if not whole:
        raise next(curve.failed for curve in curves if curve.failed)
    return max(whole, key=lambda curve: selection_key(curve.best(select), select))


def _refit(task: TuningTask, recipe: Recipe, chosen: EpochNumbers, taken: _Curve, before: int) -> Training:
    """Train on all N images for as many updates as the folds had at the chosen epoch. Raises DivergedError.

    N images make more updates per epoch than a fold's: every stage has fewer epochs in proportion.
    """
    images = len(task.images.labels)
    per_epoch = np.mean([epoch["updates"] for epoch in taken.epochs])
    shorter = float(per_epoch) / recipe.updates_per_epoch(images)
    stages = [stage.of_epochs(max(1, round(stage.epochs * shorter))) for stage in recipe.each_stage()]
    before_stage = sum(epoch["stage"] < chosen["stage"] for epoch in taken.epochs)
    inside = (chosen["epoch"] - before_stage) / recipe.each_stage()[chosen["stage"]].epochs
    last = sum(stage.epochs for stage in stages[: chosen["stage"]])
    last += max(1, round(inside * stages[chosen["stage"]].epochs))
    training = task.training(
        recipe.with_stages(stages),
        task.part(np.arange(images)),
        None,
        "refit",
        keep_best=False,
        last_epoch=last,
    )

    def on_epoch(epoch: EpochNumbers) -> None:
        task.on_epoch(_of_refit(epoch, taken.rate, before))
        task.on_trained()

    training.run(on_epoch)
    return training


def _of_refit(epoch: EpochNumbers, rate: float, before: int) -> EpochNumbers:
    return {"step": before + epoch["epoch"], "rate": rate, "refit": True, **epoch}

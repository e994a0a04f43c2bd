"""Choose the epoch and the learning rate by one validation part of the training images."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from classifiers.fine_tuning.checkpoints import EpochNumbers
from classifiers.fine_tuning.data import Part
from classifiers.fine_tuning.recipes import Recipe
from classifiers.fine_tuning.schedules import best_epoch, selection_key
from classifiers.fine_tuning.training import DivergedError, Training
from classifiers.fine_tuning.tuning_task import Choice, Tuned, TuningTask, Unseen, facts_of, seconds_of


@dataclass(frozen=True, eq=False)
class _Search:
    """The best training and its rate, the epochs of all rates, and the rates whose loss diverged."""

    best: Training
    rate: float
    history: list[EpochNumbers]
    diverged: list[float]


def tune_by_validation_part(task: TuningTask) -> Tuned:
    """Train on the rest of the images, keep the epoch that is best on the validation part, predict the test.

    The validation part is also used to choose among several learning rates, to calibrate and to choose the
    threshold. Raises DivergedError when the loss diverges with every rate.
    """
    images, share = task.images, task.recipe.validation_share
    learnt, held_out = images.folds(task.seed, round(1 / share))[0]
    train, validation = task.part(learnt), task.part(held_out)
    search = _search(task, task.recipe.stretched(len(train.rows)), train, validation)
    best, began = search.best, perf_counter()
    judged = images.ordered(held_out, task.by_study)
    validated = best.predict(images.rows[judged])
    validating = perf_counter() - began
    chosen, taken = best_epoch(best.history, task.recipe.select), seconds_of(best.history)
    choice = Choice(
        parameters={
            "learning_rate": search.rate,
            "best_epoch": chosen["epoch"],
            "epochs": len(best.history),
        },
        auroc=chosen["validation_auroc"],
        select_seconds=seconds_of(search.history) - taken,  # the rejected learning rates
        fit_seconds=taken + validating,
    )
    unseen = Unseen(validated, judged, [(np.arange(0), np.arange(len(judged)))])
    facts = {
        **facts_of(best),
        "trained_on": len(train.rows),
        "validated_on": len(validation.rows),
        "folds": 0,
        "refitted": False,
        "diverged_rates": search.diverged,
    }
    return Tuned(
        task.fit_of(best, unseen, choice), search.history, task.weights, facts, task.familiarity(best)
    )


def _search(task: TuningTask, recipe: Recipe, train: Part, validation: Part) -> _Search:
    """Train with each learning rate. Raises DivergedError when the loss diverges with every one."""
    best: tuple[Training, float] | None = None
    history: list[EpochNumbers] = []
    diverged: dict[float, DivergedError] = {}
    for rate in recipe.rates():
        training = task.training(recipe.with_rate(rate), train, validation, f"rate-{rate:g}")
        before = len(history)

        def on_epoch(epoch: EpochNumbers, before: int = before, rate: float = rate) -> None:
            task.on_epoch(_numbered(epoch, before, rate))
            task.on_trained()

        try:
            training.run(on_epoch)
        except DivergedError as error:
            diverged[rate] = error
        else:
            if best is None or _key(training) > _key(best[0]):
                best = training, rate
        history += [_numbered(epoch, before, rate) for epoch in training.history]
    if best is None:
        raise next(iter(diverged.values()))
    return _Search(*best, history, list(diverged))


def _key(training: Training) -> tuple[float, float]:
    select = training.recipe.select
    return selection_key(best_epoch(training.history, select), select)


def _numbered(epoch: EpochNumbers, before: int, rate: float) -> EpochNumbers:
    """Add `step`, the number of epochs so far over all learning rates, and the searched rate."""
    return {"step": before + epoch["epoch"], "rate": rate, **epoch}

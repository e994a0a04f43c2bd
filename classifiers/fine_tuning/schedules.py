"""Learning rate schedules, early stopping and the best epoch.

Pure functions of the history of epochs, so that a resumed training is the same as an uninterrupted one.
"""

import math
from collections.abc import Sequence

from classifiers.fine_tuning.checkpoints import EpochNumbers
from classifiers.fine_tuning.recipes import Stage


def rate_factor(stage: Stage, epochs: float, losses: Sequence[float]) -> float:
    """The factor of the stage's learning rates after `epochs` (with fraction) of it.

    Linear warm-up (Goyal et al. 2017) from a tenth of the rate; then cosine to zero (Loshchilov & Hutter
    2017), a reduction at each plateau of the validation losses, or a constant 1.
    """
    if epochs < stage.warmup_epochs:
        return 0.1 + 0.9 * epochs / stage.warmup_epochs
    if stage.schedule == "cosine":
        length = max(stage.epochs - stage.warmup_epochs, 1e-9)  # 0 when the whole stage is warm-up
        return 0.5 * (1 + math.cos(math.pi * min((epochs - stage.warmup_epochs) / length, 1.0)))
    if stage.schedule == "plateau":
        return stage.plateau_factor ** _plateaus(losses, stage.plateau_patience)
    return 1.0


def _plateaus(losses: Sequence[float], patience: int) -> int:
    """How often the loss did not fall for more than `patience` epochs (as torch's ReduceLROnPlateau)."""
    best, waited, cuts = math.inf, 0, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited > patience:
            cuts, waited = cuts + 1, 0
    return cuts


def selection_key(epoch: EpochNumbers, select: str) -> tuple[float, float]:
    """The value by which epochs are compared, from the validation part alone; higher is better."""
    loss, auroc = -float(epoch["validation_loss"]), float(epoch["validation_auroc"])
    return (auroc, loss) if select == "auroc" else (loss, auroc)


def best_epoch(history: Sequence[EpochNumbers], select: str) -> EpochNumbers:
    """The earliest of the best epochs."""
    return max(history, key=lambda epoch: selection_key(epoch, select))


def is_over(stage: Stage, done: Sequence[EpochNumbers], select: str) -> bool:
    """Whether a stage is finished: all its epochs are done, or it stops early, not before `min_updates`."""
    if not done or len(done) >= stage.epochs:
        return bool(done)
    if stage.early_stopping_patience is None or sum(e["updates"] for e in done) < stage.min_updates:
        return False
    since = len(done) - 1 - done.index(best_epoch(done, select))
    return since >= stage.early_stopping_patience

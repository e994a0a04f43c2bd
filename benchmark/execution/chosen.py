"""Choose among cells by their AUROC on training folds, never by the test set."""

from collections.abc import Iterable
from typing import Any

from benchmark.store.record import Finished
from benchmark.store.records import ordinary
from classifiers.catalogue import learns


def chosen_on_training_folds(finished: Iterable[Finished]) -> list[Finished]:
    """Per body part, strategy, training size and seed, the record whose training folds had the best AUROC.

    A baseline that does not learn (the majority) is chosen only where it is alone; cells of the grid's
    controls never are.
    """
    best: dict[tuple[Any, ...], Finished] = {}
    for record in ordinary(finished):
        key = record.body_part, record.strategy, record.train_size, record.seed
        if key not in best or _selection_key(record) > _selection_key(best[key]):
            best[key] = record
    return list(best.values())


def _selection_key(record: Finished) -> tuple[bool, float]:
    return learns(record.classifier), record.selection_auroc

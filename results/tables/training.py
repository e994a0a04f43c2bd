"""Table of the epochs of one fine-tuning."""

from collections.abc import Mapping, Sequence
from typing import Any

from results.frames import tidy
from results.labels import metric_label
from results.tables.columns import number_column
from results.tables.formatting import Row, amount, score
from results.tables.paper import PaperTable, paper_table, sentences

_SHOWN = {"loss": "loss", "accuracy": "accuracy", "auroc": "AUROC"}
_NO_TEST = (
    "There is no test column: the test set is predicted once, after training, "
    "so that it can choose neither the epoch nor when to stop."
)


def epochs_table(
    history: Sequence[Mapping[str, Any]],
    name: str,
    title: str,
    *,
    kept: int | None = None,
    test: Mapping[str, Mapping[str, float | None]] | None = None,
) -> PaperTable:
    """Loss, accuracy and AUROC of every epoch, in training and in validation.

    `history` holds per epoch train_ and validation_ loss, accuracy and auroc, learning_rate, seconds and,
    where there are several, stage; `kept` counts the epoch whose weights are kept (1 is the first row; bold).
    `test` holds metrics of the kept network on the test set, each with value, low and high: for the note.
    """
    numbers = [f"{part}_{shown}" for part in ("train", "validation") for shown in _SHOWN]
    table = tidy(history, [], [*numbers, "learning_rate", "seconds"], {"stage": 0})
    table.insert(0, "step", range(1, len(table) + 1))
    stages = [number_column("stage", "stage", lambda stage: str(int(stage) + 1))]

    def is_kept(row: Row) -> bool:
        return bool(row["step"] == kept)

    columns = [
        *(stages if table["stage"].nunique() > 1 else []),
        number_column("epoch", "step", str, is_kept),
        *(
            number_column(f"{title}\n{label}", f"{part}_{name}", bold=is_kept)
            for title, part in (("training", "train"), ("validation", "validation"))
            for name, label in _SHOWN.items()
        ),
        number_column("learning\nrate", "learning_rate", amount),
        number_column("seconds", "seconds", amount),
    ]
    note = sentences(
        "Training numbers are of the batches as they were learned from: augmented, while the weights moved.",
        f"Bold: the epoch that was kept, {kept}." if kept is not None else "",
        _NO_TEST,
        f"The kept network on the test set: {_test_text(test)}." if test else "",
    )
    return paper_table(name, f"Training and validation per epoch: {title}.", table, columns, note=note)


def _test_text(test: Mapping[str, Mapping[str, float | None]]) -> str:
    cells = {metric_label(name): score(found) for name, found in test.items()}
    return ", ".join(f"{label} {cell.with_interval(cell.text)}" for label, cell in cells.items())

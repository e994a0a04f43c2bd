"""The epochs of one fine-tuning as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from results.figures.style import metric_label
from results.frames import tidy
from results.tables.formatting import Cell, Row, amount, interval_text, number
from results.tables.paper import Column, PaperTable, paper_table, sentences

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
    stages = [Column("stage", lambda row: str(int(row["stage"]) + 1))] if table["stage"].nunique() > 1 else []
    columns = [
        *stages,
        Column("epoch", lambda row: _bold(kept, str(row["step"]), row)),
        *(_number_column("training", "train", shown, kept) for shown in _SHOWN),
        *(_number_column("validation", "validation", shown, kept) for shown in _SHOWN),
        Column("learning\nrate", lambda row: amount(row["learning_rate"])),
        Column("seconds", lambda row: amount(row["seconds"])),
    ]
    note = sentences(
        "Training numbers are of the batches as they were learned from: augmented, while the weights moved.",
        f"Bold: the epoch that was kept, {kept}." if kept is not None else "",
        _NO_TEST,
        f"The kept network on the test set: {_test_text(test)}." if test else "",
    )
    return paper_table(name, f"Training and validation per epoch: {title}.", table, columns, note=note)


def _number_column(title: str, part: str, shown: str, kept: int | None) -> Column:
    def cell(row: Row) -> Cell:
        return _bold(kept, number(row[f"{part}_{shown}"]), row)

    return Column(f"{title}\n{_SHOWN[shown]}", cell)


def _bold(kept: int | None, text: str, row: Row) -> Cell:
    return Cell(text, bold=row["step"] == kept)


def _test_text(test: Mapping[str, Mapping[str, float | None]]) -> str:
    return ", ".join(
        " ".join(filter(None, [metric_label(name), number(found["value"]), interval_text(found)]))
        for name, found in test.items()
    )

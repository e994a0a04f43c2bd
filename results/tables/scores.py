"""Score tables: methods by training size and by body part, with the best of each marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from results.frames import TableRows, by_size, in_order, records, refuse_twice, tidy
from results.labels import (
    look_of,
    metric_label,
    part_label,
    patients_label,
    percent,
    plain_name,
    size_label,
)
from results.tables.columns import Column, text_column
from results.tables.formatting import BEST, CLOSE, Formatted, Row, chosen_note, score
from results.tables.paper import PaperTable, paper_table, sentences
from results.text import DAGGER, UNDEFINED_MARK, for_file_name

_METHOD = ["strategy", "backbone", "classifier"]
_PLACE = ["body_part", "train_size", "images", "patients"]
_NUMBERS = ["value", "low", "high"]
_EMPTY = Formatted("")


@dataclass(frozen=True)
class ScoreTables:
    """The tables of one metric.

    Rows: strategy, backbone, classifier (a name, or CHOSEN), body_part, train_size (int, `full` or a name),
    images and patients (the size in training images and in their patients), seeds (how many), value (their
    mean), low, high (None where undefined) and standing: BEST, CLOSE (not shown to be worse than the best
    of its body part and size, at `level`) or empty.
    Each table raises ValueError for no rows, a missing column, or two rows of one method, part and size.
    """

    rows: TableRows
    metric: str
    unit: str
    confidence: float = 0.95
    level: float = 0.05

    def main(self) -> PaperTable:
        """Methods by training size: for all body parts together if there are such rows, else per part."""
        table = self._table()
        if (table["body_part"] == "all").any():
            return self._by_size("main", table[table["body_part"] == "all"])
        if table["body_part"].nunique() == 1:
            return self._by_size("main", table)
        sections = {part: table[table["body_part"] == part] for part in in_order(table["body_part"])}
        lines = [
            {"section": part_label(part), **line}
            for part, rows in sections.items()
            for line in _lines(rows, "train_size")
        ]
        columns = [
            text_column("body part", "section"),
            text_column("strategy", "strategy"),
            *_method_columns(table),
            *_size_columns(table),
        ]
        caption = f"{self._label} by body part and number of training images."
        return self._table_of("main", caption, pd.concat(sections.values()), columns, lines)

    def per_part(self) -> list[PaperTable]:
        """For each body part: methods by training size."""
        table = self._table()
        return [
            self._by_size(f"body_part_{for_file_name(part)}", table[table["body_part"] == part])
            for part in in_order(table["body_part"])
        ]

    def per_size(self) -> list[PaperTable]:
        """For each training size: methods by body part."""
        table = self._table()
        return [
            self._by_part(size, table[table["train_size"] == size]) for size in by_size(table["train_size"])
        ]

    def _by_size(self, name: str, rows: pd.DataFrame) -> PaperTable:
        columns = [text_column("strategy", "strategy"), *_method_columns(rows), *_size_columns(rows)]
        part = part_label(rows["body_part"].iloc[0])
        caption = f"{self._label} by number of training images: {part}."
        return self._table_of(name, caption, rows, columns, list(_lines(rows, "train_size")))

    def _by_part(self, size: int | str, rows: pd.DataFrame) -> PaperTable:
        parts = in_order(rows["body_part"])
        columns = [text_column("strategy", "strategy"), *_method_columns(rows)]
        columns += [Column(_part_title(rows, part), partial(_cell, part)) for part in parts]
        caption = f"{self._label} by body part, {size_label(size)} training images."
        name = f"train_size_{for_file_name(str(size))}"
        return self._table_of(name, caption, rows, columns, list(_lines(rows, "body_part")))

    def _table_of(
        self, name: str, caption: str, rows: pd.DataFrame, columns: Sequence[Column], lines: Sequence[Row]
    ) -> PaperTable:
        frame = rows.assign(metric=self.metric, unit=self.unit).reset_index(drop=True)
        return paper_table(name, caption, frame, columns, rows=lines, note=self._note(rows), sectioned=True)

    def _table(self) -> pd.DataFrame:
        table = tidy(self.rows, [*_METHOD, *_PLACE, "seeds", "standing"], _NUMBERS)
        refuse_twice(table, [*_METHOD, "body_part", "train_size"], "give the mean over seeds")
        return table

    @property
    def _label(self) -> str:
        label = metric_label(self.metric, self.unit)
        return label[0].upper() + label[1:]

    def _note(self, rows: pd.DataFrame) -> str:
        standings = set(rows["standing"])
        close = (
            f"{DAGGER}: not shown to be worse than the best, which does not show that it is as good (paired "
            f"difference, Holm over the methods of that body part and size, level {self.level:g})."
        )
        return sentences(
            f"{_over_seeds(rows)}[{percent(self.confidence)} interval] over test patients and, with several "
            "seeds, over training sets.",
            "Bold: the best of its body part and training size on this test set."
            if BEST in standings
            else "",
            close if CLOSE in standings else "",
            "Patients: those of the training images, mean over seeds.",
            chosen_note(rows["classifier"]),
            f"{UNDEFINED_MARK}: undefined." if rows["value"].isna().any() else "",
        )


def _lines(rows: pd.DataFrame, across: str) -> Iterator[Row]:
    """A line per method: its names, and its scores by the values of the column `across`."""
    for _, group in rows.groupby(_METHOD, sort=False, dropna=False):
        members = records(group)
        names: dict[str, Any] = {name: members[0][name] for name in _METHOD}
        yield names | {
            "strategy": look_of(names["strategy"]).label,
            "classifier": plain_name(names["classifier"]),
            "scores": {member[across]: score(member) for member in members},
        }


def _cell(column: int | str, line: Row) -> Formatted:
    cell: Formatted = line["scores"].get(column, _EMPTY)
    return cell


def _method_columns(rows: pd.DataFrame) -> list[Column]:
    """Backbone and classifier, where there are any."""
    return [text_column(name, name) for name in _METHOD[1:] if (rows[name] != "").any()]


def _size_columns(rows: pd.DataFrame) -> list[Column]:
    return [Column(_size_title(rows, size), partial(_cell, size)) for size in by_size(rows["train_size"])]


def _size_title(rows: pd.DataFrame, size: int | str) -> str:
    return f"{size_label(size)}\n({_content(rows[rows['train_size'] == size])})"


def _part_title(rows: pd.DataFrame, part: str) -> str:
    return f"{part_label(part)}\n({_content(rows[rows['body_part'] == part])})"


def _content(rows: pd.DataFrame) -> str:
    """`27 patients` of a size in images; `4,931 images,\n1,755 patients` of one that is not, at one part."""
    images, patients = rows["images"].unique(), patients_label(rows["patients"])
    counted = isinstance(rows["train_size"].iloc[0], str) and len(images) == 1
    return f"{images[0]:,} images,\n{patients}" if counted else patients


def _over_seeds(rows: pd.DataFrame) -> str:
    least, most = rows["seeds"].min(), rows["seeds"].max()
    if most == 1:
        return "One seed "
    return f"Mean over {most} seeds " if least == most else f"Mean over {least} to {most} seeds "

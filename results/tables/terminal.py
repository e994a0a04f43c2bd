"""Result tables for the terminal: one line per learning curve, one column per training size."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from results.frames import by_size
from results.tables.formatting import Formatted, difference, number, score
from results.tables.markup import MINUS, UNDEFINED

_LINES = ["body_part", "strategy", "backbone", "classifier"]


def summary_table(points: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Curve points (axes, train_size, seeds, value, low, high; `control` for controls) as texts by size.

    Lines keep the order of the points; sizes ascend, `full` last.
    """
    points = list(points)
    table = pd.DataFrame(points)
    if table.empty:
        return pd.DataFrame(columns=_LINES)
    lines = [name for name in ("control", *_LINES) if name in table]
    table["text"] = [_plain(score(row)) for row in points]
    table["line"] = table.groupby(lines, sort=False).ngroup()
    wide = table.pivot(index=["line", *lines], columns="train_size", values="text").reset_index()
    return wide[[*lines, *by_size(table["train_size"])]].fillna("")


def chosen_table(records: Iterable[Mapping[str, Any]], unit: str, metric: str) -> pd.DataFrame:
    """One line per record: the classifier that training folds chose, and its score on the test set."""
    axes = ["body_part", "strategy", "train_size", "seed", "backbone", "classifier"]
    lines = [
        [
            *(record[axis] for axis in axes),
            f"{record['selection_auroc']:.3f}",
            _plain(score(record["metrics"][unit][metric])),
        ]
        for record in records
    ]
    return pd.DataFrame(lines, columns=[*axes, "folds' AUROC", f"{unit} {metric}"])


def head_to_head_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a comparison as texts: both sides, the difference with its interval, and the verdict."""
    lines = [
        {
            **{axis: row[axis] for axis in ("body_part", "backbone", "train_size")},
            "seed": row["seed"]
            if str(row["seed"]) in row["classifiers"]
            else f"mean of {len(row['classifiers'])}",
            "frozen classifier": _classifier_text(row),
            "frozen": _plain(Formatted(number(row["frozen"]))),
            "fine-tuned": _plain(Formatted(number(row["fine_tuned"]))),
            "difference": _plain(difference(row)),
            "so": verdict(row),
        }
        for row in rows
    ]
    return pd.DataFrame(lines)


def verdict(row: Mapping[str, Any]) -> str:
    """Which side is better, when the interval of the difference leaves out zero."""
    if row["low"] is None or row["low"] <= 0 <= row["high"]:
        return "not settled"
    return "fine-tune" if row["low"] > 0 else "freeze"


def _classifier_text(row: Mapping[str, Any]) -> str:
    """`chosen: rbf_svm`, or `chosen: rbf_svm, xgboost` where seeds choose differently."""
    seed, taken = str(row["seed"]), row["classifiers"]
    names = [taken[seed]] if seed in taken else list(dict.fromkeys(taken.values()))
    name = str(row["classifier"])
    return name if names == [name] else f"{name}: {', '.join(names)}"


def _plain(cell: Formatted) -> str:
    """`0.873 [0.851, 0.893]` in ASCII, so that any terminal prints it and a reader can paste it."""
    text = cell.text if cell.text != UNDEFINED else "undefined"
    return cell.with_interval(text).replace(MINUS, "-")

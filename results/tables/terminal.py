"""Result tables for the terminal: one line per learning curve, one column per training size."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from results.frames import by_size
from results.labels import patients_label
from results.tables.formatting import Formatted, difference, number, p_text, score
from results.text import MINUS, UNDEFINED_MARK
from results.verdict import DOING, SIDES, freezing_text, sides_of, verdict_text

_CHOSEN_OF = {"frozen": "frozen classifier", "adapted": "adapted by"}  # columns, by the first side
_LINES = ["body_part", "strategy", "backbone", "classifier"]


def summary_table(points: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Curve points (axes, train_size, train_patients, value, low, high; `control` for controls) by size.

    Lines keep the order of the points; sizes ascend, `full` last. Below each size: how many patients its
    images are of, from the body part with the fewest to that with the most.
    """
    points = list(points)
    table = pd.DataFrame(points)
    if table.empty:
        return pd.DataFrame(columns=_LINES)
    lines = [name for name in ("control", *_LINES) if name in table]
    table["text"] = [_plain(score(row)) for row in points]
    table["line"] = table.groupby(lines, sort=False).ngroup()
    wide = table.pivot(index=["line", *lines], columns="train_size", values="text").reset_index()
    sizes = by_size(table["train_size"])
    patients = table.groupby("train_size")["train_patients"].apply(patients_label)
    titles = {size: f"{size}\n({patients[size].replace(UNDEFINED_MARK, '-')})" for size in sizes}
    return wide[[*lines, *sizes]].fillna("").rename(columns=titles)


def chosen_table(rows: Iterable[Mapping[str, Any]], unit: str, metric: str) -> pd.DataFrame:
    """The methods chosen on training folds, with their scores on the test set.

    Rows: body_part, strategy, train_size, seed, backbone, classifier, selection_auroc, value, low, high.
    """
    axes = ["body_part", "strategy", "train_size", "seed", "backbone", "classifier"]
    lines = [
        [*(row[axis] for axis in axes), f"{row['selection_auroc']:.3f}", _plain(score(row))] for row in rows
    ]
    return pd.DataFrame(lines, columns=[*axes, "folds' AUROC", f"{unit} {metric}"])


def head_to_head_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a head-to-head as text: both sides, and the difference with its unadjusted interval.

    Rows with a verdict show it with the adjusted p-value. Rows without one show whether their unadjusted
    interval excludes zero.
    """
    return pd.DataFrame([_head_to_head_line(row) for row in rows])


def certainty_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """What a verdict rests on, as text: a line per row of a head-to-head that has one.

    Both parts of the variance (over training sets, of one seed; over test patients, of the mean), how much
    worse freezing (or adapting) is at most and at what price, and why to doubt the interval.
    """
    return pd.DataFrame(
        [
            {
                **_axes(row),
                "SD over training sets": _text(row["training_sd"]),
                "SD over test patients": _text(row["test_sd"]),
                f"{DOING[sides_of(row)[0]]} is": _ascii(freezing_text(row["worse_by"], row["cost_share"])),
                "caution": row["caution"],
            }
            for row in rows
        ]
    )


def _axes(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "body_part": row["body_part"],
        "backbone": " · ".join(filter(None, (row["backbone"], row["recipe"]))),
        "train_size": row["train_size"],
    }


def _head_to_head_line(row: Mapping[str, Any]) -> dict[str, Any]:
    seeds, (first, second) = row["seeds"], (SIDES[strategy] for strategy in sides_of(row))
    line = {
        **_axes(row),
        "seed": f"mean of {len(seeds)}" if row["seed"] not in seeds else row["seed"],
        _CHOSEN_OF[first]: _classifier_text(row),
        first: number(row[first]),
        second.replace("_", "-"): number(row[second]),
        "difference": _plain(difference(row)),
    }
    if row["verdict"]:
        return line | {
            "p adjusted": p_text(row["p_adjusted"]),
            "verdict": _ascii(verdict_text(row["verdict"], row["margin"], row["detectable"])),
        }
    return line | {"unadjusted interval": _zero_text(row)}


def _text(value: float | None) -> str:
    return _ascii("unknown" if value is None else number(value))


def _ascii(text: str) -> str:
    return text.replace(MINUS, "-").replace("±", "+/-").replace("≥", ">=")


def _zero_text(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return "undefined"
    return "includes 0" if row["low"] <= 0 <= row["high"] else "excludes 0"


def _classifier_text(row: Mapping[str, Any]) -> str:
    """`chosen: rbf_svm`, or `chosen: rbf_svm, xgboost` where seeds choose differently."""
    seed, taken = str(row["seed"]), row["classifiers"]
    if not taken:
        return str(row["classifier"])
    names = [taken[seed]] if seed in taken else list(dict.fromkeys(taken.values()))
    name = str(row["classifier"])
    return name if names == [name] else f"{name}: {', '.join(names)}"


def _plain(cell: Formatted) -> str:
    """`0.873 [0.851, 0.893]` in ASCII, which every terminal can print."""
    text = cell.text if cell.text != UNDEFINED_MARK else "undefined"
    return cell.with_interval(text).replace(MINUS, "-")

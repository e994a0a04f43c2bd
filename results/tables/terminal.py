"""Tables of results for the terminal: one line per learning curve, one column per training size."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

_LINES = ["body_part", "strategy", "backbone", "classifier"]


def summary_table(points: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Curve points (axes, train_size, seeds, value, low, high) as text `0.873 [0.851, 0.893]`.

    Lines keep the order of the points; sizes ascend, `full` last. Points of controls say which in `control`.
    """
    points = list(points)
    table = pd.DataFrame(points)
    if table.empty:
        return pd.DataFrame(columns=_LINES)
    lines = [name for name in ("control", *_LINES) if name in table]
    table["text"] = [interval_text(row) for row in points]
    table["line"] = table.groupby(lines, sort=False).ngroup()
    wide = table.pivot(index=["line", *lines], columns="train_size", values="text").reset_index()
    sizes = sorted(table["train_size"].unique(), key=lambda size: (isinstance(size, str), size))
    return wide[[*lines, *sizes]].fillna("")


def chosen_table(records: Iterable[Mapping[str, Any]], unit: str, metric: str) -> pd.DataFrame:
    """What each strategy's training folds choose, and what that scores on the test set; one line a record."""
    axes = ["body_part", "strategy", "train_size", "seed", "backbone", "classifier"]
    lines = [
        [
            *(record[axis] for axis in axes),
            f"{record['selection_auroc']:.3f}",
            interval_text(record["metrics"][unit][metric]),
        ]
        for record in records
    ]
    return pd.DataFrame(lines, columns=[*axes, "folds' AUROC", f"{unit} {metric}"])


def head_to_head_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a comparison as text: both sides, the difference with its interval, and what that says."""
    lines = [
        {
            **{axis: row[axis] for axis in ("body_part", "backbone", "train_size")},
            "seed": row["seed"]
            if str(row["seed"]) in row["classifiers"]
            else f"mean of {len(row['classifiers'])}",
            "frozen classifier": _classifier_text(row),
            "frozen": interval_text({"value": row["frozen"], "low": None}),
            "fine-tuned": interval_text({"value": row["fine_tuned"], "low": None}),
            "difference": _difference_text(row),
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


def _difference_text(row: Mapping[str, Any]) -> str:
    if row["difference"] is None:
        return "undefined"
    if row["low"] is None:
        return f"{row['difference']:+.3f}"
    return f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"


def interval_text(point: Mapping[str, Any]) -> str:
    """`0.873 [0.851, 0.893]`, without the bounds where there are none."""
    if point["value"] is None or pd.isna(point["value"]):
        return "undefined"
    if point["low"] is None or pd.isna(point["low"]):
        return f"{point['value']:.3f}"
    return f"{point['value']:.3f} [{point['low']:.3f}, {point['high']:.3f}]"

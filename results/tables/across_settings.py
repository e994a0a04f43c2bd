"""Tables over body parts, backbones and seeds: ranks, spread and controls."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from results.frames import TableRows, by_part, tidy
from results.labels import metric_label, percent, plain_name
from results.ranks import DESCRIPTION
from results.tables.columns import BACKBONE, IMAGES, PART, Column, number_column, text_column
from results.tables.formatting import (
    chosen_note,
    method_label,
    p_text,
    score,
    two_decimals,
)
from results.tables.paper import PaperTable, paper_table, sentences


def ranks_table(ranks: Mapping[str, Any]) -> PaperTable:
    """Average ranks, as a description; methods that Nemenyi's test does not tell apart share a letter.

    `ranks` as of `results.ranks.rank_methods`. Raises ValueError with its `reason` if there are none.
    """
    if ranks["reason"]:
        raise ValueError(ranks["reason"])
    friedman, reach = ranks["friedman"], ranks["critical_difference"]
    letters = [chr(ord("a") + place) for place in range(len(ranks["groups"]))]
    groups = list(zip(letters, ranks["groups"], strict=True))
    rows = [
        {
            "method": method,
            "average_rank": rank,
            "groups": "".join(letter for letter, members in groups if method in members),
        }
        for method, rank in ranks["average_ranks"].items()
    ]
    columns = [
        text_column("method", "method"),
        number_column("average rank", "average_rank", two_decimals),
        text_column("group", "groups"),
    ]
    note = sentences(
        f"{ranks['blocks']} blocks (backbone and body part); 1 is best.",
        f"Friedman: chi-squared {two_decimals(friedman['statistic'])}, p {p_text(friedman['p'])}.",
        f"Methods of one group lie within the critical difference of {two_decimals(reach)} (Nemenyi).",
        DESCRIPTION,
        *(f"{limit[0].upper()}{limit[1:]}." for limit in ranks["limits"]),
    )
    return paper_table(
        "ranks", "Average ranks of the methods (description only).", pd.DataFrame(rows), columns, note=note
    )


def spread_table(rows: TableRows, metric: str, unit: str) -> PaperTable:
    """Both parts of the variance: over training subsets (seeds), and over test patients.

    Rows: method (or comparison), body_part, train_size, seeds, value, training_sd, test_sd and error, as of
    `results.estimates.Estimate`.
    """
    table = by_part(
        tidy(
            rows,
            ["method", "backbone", "body_part", "train_size", "seeds"],
            ["value", "training_sd", "test_sd", "error"],
        )
    )
    columns = [
        PART,
        text_column("method", "method", method_label),
        BACKBONE,
        IMAGES,
        number_column("seeds", "seeds", str),
        number_column("mean", "value"),
        number_column("SD\ntraining", "training_sd"),
        number_column("SD\ntest", "test_sd"),
        number_column("standard\nerror", "error"),
    ]
    note = sentences(
        "SD training: of one seed over training subsets, without what the test patients explain. SD test: of "
        "the mean over these seeds, over test patients. Standard error: of the mean over seeds, with both.",
        chosen_note(table["method"].str.rpartition(" · ")[2]),
    )
    caption = f"Parts of the variance of {metric_label(metric, unit)}."
    return paper_table(
        "spread", caption, table.assign(metric=metric, unit=unit), columns, note=note, sectioned=True
    )


def controls_table(rows: TableRows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """Scores of the controls beside those of the methods that they control.

    Rows: control, method, body_part, train_size, value, low, high, and own_value: that of the method without
    the control (None when the control is itself a method).
    """
    table = tidy(
        rows, ["control", "method", "body_part", "train_size"], ["value", "low", "high", "own_value"]
    )
    columns = [
        text_column("control", "control", plain_name),
        PART,
        text_column("method", "method", method_label),
        IMAGES,
        Column("control", score),
        number_column("method\nitself", "own_value"),
    ]
    note = f"[{percent(confidence)} interval] over test patients and, with several seeds, training sets."
    caption = f"Controls: {metric_label(metric, unit)}."
    table = table.sort_values("control", kind="stable", key=lambda names: pd.factorize(names)[0])
    frame = table.assign(metric=metric, unit=unit).reset_index(drop=True)
    return paper_table("controls", caption, frame, columns, note=note, sectioned=True)

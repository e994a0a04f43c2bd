"""Tables of what holds over body parts, backbones and seeds: ranks, heterogeneity, spread and controls."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from results.figures.style import look_of, metric_label, part_label, plain_name, size_label
from results.frames import Rows, by_part, tidy, whole
from results.tables.formatting import (
    Cell,
    Row,
    chosen_note,
    interval_text,
    method_label,
    number,
    p_text,
    percent,
    score,
    signed,
)
from results.tables.paper import TEXT, Column, PaperTable, paper_table, sentences


def ranks_table(ranks: Mapping[str, Any]) -> PaperTable:
    """Average ranks, and which methods the ranks do not tell apart (a letter in common).

    `ranks` as of `results.ranks.rank_methods`. Raises ValueError with its `reason` where there are none.
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
        Column("method", lambda row: row["method"], TEXT),
        Column("average rank", lambda row: number(row["average_rank"], 2)),
        Column("group", lambda row: row["groups"], TEXT),
    ]
    note = sentences(
        f"{ranks['blocks']} blocks (backbone and body part); 1 is best.",
        f"Friedman: chi-squared {number(friedman['statistic'], 2)}, p {p_text(friedman['p'])}.",
        f"Methods of one group lie within the critical difference of {number(reach, 2)} (Nemenyi).",
        *(f"{limit[0].upper()}{limit[1:]}." for limit in ranks["limits"]),
    )
    return paper_table("ranks", "Average ranks of the methods.", pd.DataFrame(rows), columns, note=note)


def heterogeneity_table(rows: Rows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """Whether fine-tuned minus frozen is the same in all body parts, per backbone and training size.

    Rows: backbone, train_size and the keys of `results.variance_components.heterogeneity`: parts, mean, low,
    high, q, df, p, i2, tau2.
    """
    numbers = ["parts", "mean", "low", "high", "q", "df", "p", "i2", "tau2"]
    table = whole(tidy(rows, ["backbone", "train_size"], numbers), ["parts", "df"])
    columns = [
        Column("backbone", lambda row: str(row["backbone"]), TEXT),
        Column("images", lambda row: size_label(row["train_size"])),
        Column("parts", lambda row: number(row["parts"], 0)),
        Column("mean\ndifference", lambda row: Cell(signed(row["mean"]), interval_text(row, signed))),
        Column("Q", lambda row: number(row["q"], 2)),
        Column("p", lambda row: p_text(row["p"])),
        Column("I²", lambda row: number(row["i2"], 2)),
    ]
    note = (
        f"Random-effects mean over body parts [{percent(confidence)} interval]; Q: Cochran's test that all "
        "parts have the same difference; I²: the share of the spread beyond chance. With so few parts Q "
        "finds only large differences, and a small I² shows no agreement."
    )
    caption = f"Fine-tuned minus frozen over body parts: {metric_label(metric, unit)}."
    frame = table.assign(metric=metric, unit=unit)
    return paper_table("heterogeneity", caption, frame, columns, note=note)


def spread_table(rows: Rows, metric: str, unit: str) -> PaperTable:
    """Standard deviations over seeds apart from those over test patients.

    Rows: strategy, backbone, classifier, body_part, train_size and the keys of
    `results.variance_components.seed_spread`: seeds, value, seed_sd, training_sd, test_sd, combined_sd.
    """
    sources = {
        "seed_sd": "between\nseeds",
        "training_sd": "training\nsubsets",
        "test_sd": "test\npatients",
        "combined_sd": "both",
    }
    names = ["strategy", "backbone", "classifier", "body_part", "train_size", "seeds"]
    table = by_part(tidy(rows, names, ["value", *sources]))
    columns = [
        Column("body part", lambda row: part_label(row["body_part"]), TEXT),
        Column("strategy", lambda row: look_of(row["strategy"]).label, TEXT),
        Column("backbone", lambda row: str(row["backbone"]), TEXT),
        Column("images", lambda row: size_label(row["train_size"])),
        Column("seeds", lambda row: str(row["seeds"])),
        Column("mean", lambda row: number(row["value"])),
        *(Column(title, _number_of(name)) for name, title in sources.items()),
    ]
    note = sentences(
        "Training subsets: the spread between seeds without what the test patients alone explain.",
        "Test patients and both: of the mean over these seeds, and over as many others on other patients.",
        chosen_note(table["classifier"]),
    )
    caption = f"Standard deviations of {metric_label(metric, unit)}."
    return paper_table(
        "spread", caption, table.assign(metric=metric, unit=unit), columns, note=note, sectioned=True
    )


def controls_table(rows: Rows, metric: str, unit: str, *, confidence: float = 0.95) -> PaperTable:
    """What the controls score, beside the methods that they control.

    Rows: control, method, body_part, train_size, value, low, high, and own_value: that of the method without
    the control (None for a control that is a method of its own).
    """
    table = tidy(
        rows, ["control", "method", "body_part", "train_size"], ["value", "low", "high", "own_value"]
    )
    columns = [
        Column("control", lambda row: plain_name(row["control"]), TEXT),
        Column("body part", lambda row: part_label(row["body_part"]), TEXT),
        Column("method", lambda row: method_label(row["method"]), TEXT),
        Column("images", lambda row: size_label(row["train_size"])),
        Column("control", score),
        Column("method\nitself", lambda row: number(row["own_value"])),
    ]
    note = f"[{percent(confidence)} interval], test patients resampled."
    caption = f"Controls: {metric_label(metric, unit)}."
    table = table.sort_values("control", kind="stable", key=lambda names: pd.factorize(names)[0])
    frame = table.assign(metric=metric, unit=unit).reset_index(drop=True)
    return paper_table("controls", caption, frame, columns, note=note, sectioned=True)


def _number_of(name: str) -> Callable[[Row], str]:
    return lambda row: number(row[name])

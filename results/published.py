"""Published results, and which of them are comparable with ours: same test set, unit and metric."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import pandas as pd

RADIOLOGIST = "radiologist"  # `method` of human readers
_AXES = ("source", "method", "backbone", "classifier", "body_part", "unit", "split", "metric")
_TEXTS = (*_AXES, "reference", "note")
_SPLITS = {("mura", "official", "valid"): "official-valid"}  # (dataset, protocol, evaluated_on) as published


@cache
def _table() -> pd.DataFrame:
    with (files("results") / "published.csv").open(encoding="utf-8") as lines:
        table = pd.read_csv(lines, dtype=dict.fromkeys(_TEXTS, str) | {"train_size": "Int64"})
    table = table.fillna(dict.fromkeys(_TEXTS, ""))
    return table.assign(citation=table["source"] + ": " + table["reference"])


def published() -> pd.DataFrame:
    """All of results/published.csv, one number per row, with the text of its citation.

    Columns: source, reference (where in the source), method (our strategies, or from_scratch, ensemble,
    radiologist, unstated), backbone, classifier, body_part, train_size (images, missing where not
    printed), unit (study, image, unstated), split, metric (our names), value, low, high (as printed,
    mostly missing), note, citation. tests/results/clean_published.py says how it was made.
    """
    return _table().copy()


def published_split(dataset: str, protocol: str, evaluated_on: str) -> str | None:
    """The name in published.csv of the test set of our cells; None when no publication used it.

    A record's `dataset`, `protocol` and `evaluated_on`: MURA's valid part is `official-valid`. Its hidden
    test set, where the radiologists were measured, is not public, so that no cell of ours is on it.
    """
    return _SPLITS.get((dataset, protocol, evaluated_on))


def comparable(
    *, dataset: str, protocol: str, evaluated_on: str, unit: str, metric: str, body_parts: Iterable[str]
) -> pd.DataFrame:
    """The published values that are comparable with ours, radiologists first: rows of `published`.

    Same test set, unit (study or image), metric and body part; numbers whose unit or split is not
    stated never are. Empty where there is none.
    """
    split = published_split(dataset, protocol, evaluated_on)
    rows = _of(unit, metric, body_parts)
    return rows[rows["split"] == split].reset_index(drop=True)


def elsewhere(
    *, dataset: str, protocol: str, evaluated_on: str, unit: str, metric: str, body_parts: Iterable[str]
) -> pd.DataFrame:
    """Published values of the same metric and unit on another test set: for the text, not for figures."""
    split = published_split(dataset, protocol, evaluated_on)
    rows = _of(unit, metric, body_parts)
    return rows[~rows["split"].isin([split, "unstated"])].reset_index(drop=True)


def _of(unit: str, metric: str, body_parts: Iterable[str]) -> pd.DataFrame:
    rows = published()
    rows = rows[
        (rows["unit"] == unit)
        & (rows["metric"] == metric)
        & rows["body_part"].isin(list(body_parts))
        & rows["value"].notna()
    ]
    return rows.sort_values("method", key=lambda method: method != RADIOLOGIST, kind="stable")

"""Ranks of the methods of several exports: on one test set, and over data sets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.resampled_cells import Method
from benchmark.datasets.names import EVERY_PART
from benchmark.sharing.standings import Entry, Place, Standing
from results.metric import Values
from results.rank_stability import mean_ranks, over_data_sets, over_patients


def ranks_on(
    places: Mapping[Place, Mapping[Entry, Standing]], confidence: float
) -> tuple[pd.DataFrame, int, str]:
    """The ranks on one test set, best first: export, method, and the columns of `over_patients`.

    Also the number of body parts and sizes that have every method, over which they are means; where it is 0
    there is no row, and the text says why.
    """
    entries = list(dict.fromkeys(entry for found in places.values() for entry in found))
    blocks, why_not = _blocks({place: _by_entry(found) for place, found in places.items()}, entries)
    if why_not:
        return pd.DataFrame(), 0, why_not
    values = _stacked(blocks, entries)
    names = pd.DataFrame([{"export": entry.export, "method": entry.method.name} for entry in entries])
    ranked = names.join(over_patients(values[0], values[1:], confidence))
    return ranked.sort_values("rank", kind="stable", ignore_index=True), len(blocks), ""


def ranks_over(
    tables: Sequence[Mapping[Place, Mapping[Entry, Standing]]], confidence: float
) -> tuple[pd.DataFrame, str]:
    """The methods that every data set has, ranked in each and averaged over data sets, or why there are none.

    Columns: method, data_sets (how many) and those of `over_data_sets`.

    Within a data set a method's value is its mean over the exports that have it.
    """
    if len(tables) < 2:
        return pd.DataFrame(), "There is one data set: its own ranks are all there is."
    known = [dict.fromkeys(e.method for found in table.values() for e in found) for table in tables]
    methods = [method for method in known[0] if all(method in others for others in known[1:])]
    if len(methods) < 2:
        return (
            pd.DataFrame(),
            "The data sets have fewer than two methods in common: no mean of ranks is fair.",
        )
    ranks, drawn = [], []
    for table in tables:
        means = {place: _by_method(found) for place, found in table.items()}
        blocks, why_not = _blocks(means, methods)
        if not blocks:
            return pd.DataFrame(), why_not
        by_draw = mean_ranks(_stacked(blocks, methods))
        ranks.append(by_draw[0])
        drawn.append(by_draw[1:])
    if np.isnan(ranks).any():
        return pd.DataFrame(), "A metric is undefined on one of the data sets: nothing can be ranked fairly."
    names = pd.DataFrame({"method": [method.name for method in methods], "data_sets": len(tables)})
    found = names.join(over_data_sets(np.array(ranks), np.array(drawn), confidence))
    return found.sort_values("rank", kind="stable", ignore_index=True), ""


def _blocks(
    places: Mapping[Place, Mapping[Any, Any]], entries: Sequence[Any]
) -> tuple[list[Mapping[Any, Any]], str]:
    """The body parts and sizes with every entry, or why there are no ranks.

    `all` only where it is alone: its patients are those of the parts.
    """
    if len(entries) < 2:
        return [], "There is one method: nothing to rank."
    single = {place: found for place, found in places.items() if place[0] != EVERY_PART} or places
    blocks = [found for found in single.values() if all(entry in found for entry in entries)]
    if not blocks:
        return [], "No body part and size has every method: nothing can be ranked fairly."
    return blocks, ""


def _stacked(blocks: Sequence[Mapping[Any, Values]], methods: Sequence[Any]) -> Values:
    """(1 + resamples, blocks, methods): the values, then those of each resampling."""
    return np.moveaxis(np.array([[found[method] for method in methods] for found in blocks]), -1, 0)


def _by_entry(found: Mapping[Entry, Standing]) -> dict[Entry, Values]:
    """Each entry's value, then its resampled values; more is better."""
    return {
        entry: one.sign * np.concatenate([[one.estimate.value], one.estimate.drawn])
        for entry, one in found.items()
    }


def _by_method(found: Mapping[Entry, Standing]) -> dict[Method, Values]:
    """The same per method: the mean over the exports that have it."""
    values: dict[Method, list[Values]] = {}
    for entry, own in _by_entry(found).items():
        values.setdefault(entry.method, []).append(own)
    return {method: np.mean(own, axis=0) for method, own in values.items()}

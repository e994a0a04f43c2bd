"""Exports compared: on one test set directly, paired by its patients; over data sets by ranks alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmark.analysis.finished import leak_of
from benchmark.analysis.resampled_cells import Method, ResampledCells, Side
from benchmark.analysis.scores import Scored, standings
from benchmark.analysis.verdicts import judged
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.schema import Evaluation
from benchmark.sharing.opened_exports import Opened
from results.estimates import Estimate
from results.frames import records
from results.rank_stability import mean_ranks, over_data_sets, over_patients
from results.verdict import verdict_text

Row = dict[str, Any]
Place = tuple[str, int | str]  # body part and training size


class Entry(NamedTuple):
    """A method of one export."""

    export: str
    method: Method


@dataclass(frozen=True)
class Standing:
    """One method's cells at one body part and size, in the leaderboard's metric."""

    cells: ResampledCells
    side: Side
    estimate: Estimate
    images: int


@dataclass(frozen=True)
class DataSet:
    """One test set and the exports that were tested on it.

    `facts` say in words what is known of it. `scores` has one row per export, method, body part and size, as
    `benchmark.analysis.scores.score_rows`; `ranks` one per export and method (`over_patients`), over
    `blocks` body parts and sizes, or none, and `why_not` says why.
    """

    name: str
    digest: str
    exports: tuple[str, ...]
    facts: str
    scores: pd.DataFrame
    ranks: pd.DataFrame
    blocks: int
    why_not: str


@dataclass(frozen=True)
class Leaderboard:
    """What `leaderboard_of` returns.

    `overall`: one row per method of every data set with its mean rank (`over_data_sets`), or none, and
    `why_not` says why. `verdicts`: freeze or fine-tune, by each export's own evaluation. `exports`: one row
    each, with the versions that it was computed with.
    """

    evaluation: Evaluation
    data_sets: tuple[DataSet, ...]
    overall: pd.DataFrame
    why_not: str
    verdicts: pd.DataFrame
    exports: pd.DataFrame

    def to_json(self) -> Row:
        """All of it as plain values."""
        frames = {name: _plain(getattr(self, name)) for name in ("overall", "verdicts", "exports")}
        sets = [
            {
                **vars(one),
                "exports": list(one.exports),
                "scores": _plain(one.scores),
                "ranks": _plain(one.ranks),
            }
            for one in self.data_sets
        ]
        asked = self.evaluation.model_dump(include={"primary", "unit", "confidence", "resamples"})
        return {"leaderboard": 1, "evaluation": asked, "data_sets": sets, "why_not": self.why_not, **frames}


def leaderboard_of(opened: Sequence[Opened]) -> Leaderboard:
    """Compare exports, in the metric, unit, confidence and resamplings of the first."""
    groups: dict[str, list[Opened]] = {}
    for one in opened:
        groups.setdefault(one.index.test_digest, []).append(one)
    names = {digest: f"Data set {number}" for number, digest in enumerate(groups, 1)}
    tables = {digest: _standings(group) for digest, group in groups.items()}
    evaluation = opened[0].cells.evaluation
    data_sets = tuple(
        _data_set(names[digest], digest, group, tables[digest], evaluation)
        for digest, group in groups.items()
    )
    overall, why_not = _overall(list(tables.values()), evaluation)
    verdicts = [row for one in opened for row in _verdicts(one, names[one.index.test_digest])]
    exports = pd.DataFrame([_export(one, names[one.index.test_digest]) for one in opened])
    return Leaderboard(evaluation, data_sets, overall, why_not, pd.DataFrame(verdicts), exports)


def _standings(group: Sequence[Opened]) -> dict[Place, dict[Entry, Standing]]:
    """The compared methods of all exports of a test set, by body part and size."""
    found: dict[Place, dict[Entry, Standing]] = {}
    for one in group:
        for setting, sides in one.cells.chosen.items():
            place = found.setdefault((setting.body_part, setting.train_size), {})
            for method, side in sides.items():
                estimate = one.cells.over_seeds(side)
                place[Entry(one.name, method)] = Standing(one.cells, side, estimate, setting.images)
    parts = list(dict.fromkeys(part for part, _ in found))
    least = {place: min(one.images for one in members.values()) for place, members in found.items()}
    order = sorted(found, key=lambda p: (parts.index(p[0]), isinstance(p[1], str), least[p]))
    return {place: found[place] for place in order}


def _data_set(
    name: str,
    digest: str,
    group: Sequence[Opened],
    places: Mapping[Place, Mapping[Entry, Standing]],
    evaluation: Evaluation,
) -> DataSet:
    scores = pd.DataFrame([row for place, found in places.items() for row in _scores(place, found)])
    entries = list(dict.fromkeys(entry for found in places.values() for entry in found))
    blocks, why_not = _blocks(places, entries)
    ranks = pd.DataFrame()
    if blocks:
        sign = _sign(group[0].cells)
        values = sign * np.array([[found[e].estimate.value for e in entries] for found in blocks])
        drawn = sign * np.array([[found[e].estimate.drawn for e in entries] for found in blocks])
        ranked = over_patients(values, np.moveaxis(drawn, -1, 0), evaluation.confidence)
        names = pd.DataFrame([{"export": e.export, "method": e.method.name} for e in entries])
        ranks = names.join(ranked).sort_values("rank", kind="stable", ignore_index=True)
    exports = tuple(one.name for one in group)
    return DataSet(name, digest, exports, _facts(group), scores, ranks, len(blocks), why_not)


def _scores(place: Place, found: Mapping[Entry, Standing]) -> list[Row]:
    rows, scored = [], []
    for entry, one in found.items():
        interval = one.cells.interval(one.estimate)
        axes = {"body_part": place[0], "train_size": place[1], "images": one.images}
        rows.append(
            {"export": entry.export, "method": entry.method.name, **axes, "seeds": len(one.side), **interval}
        )
        share = one.cells.pool_share(one.side)
        scored.append(Scored(interval["value"], one.cells.by_seed(one.side), share))
    cells = next(iter(found.values())).cells
    marks = standings(scored, cells.limits, cells.evaluation.level, lower_is_better=cells.lower_is_better)
    return [{**row, "standing": mark} for row, mark in zip(rows, marks, strict=True)]


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


def _overall(
    tables: Sequence[Mapping[Place, Mapping[Entry, Standing]]], evaluation: Evaluation
) -> tuple[pd.DataFrame, str]:
    """The methods that every data set has, ranked in each and averaged over data sets.

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
    ranks = []
    for table in tables:
        means = {place: _by_method(found) for place, found in table.items()}
        blocks, why_not = _blocks(means, methods)
        if not blocks:
            return pd.DataFrame(), why_not
        ranks.append(mean_ranks(np.array([[found[method] for method in methods] for found in blocks])))
    if np.isnan(ranks).any():
        return pd.DataFrame(), "A metric is undefined on one of the data sets: nothing can be ranked fairly."
    names = pd.DataFrame({"method": [method.name for method in methods], "data_sets": len(tables)})
    found = names.join(over_data_sets(np.array(ranks), evaluation.confidence))
    return found.sort_values("rank", kind="stable", ignore_index=True), ""


def _by_method(found: Mapping[Entry, Standing]) -> dict[Method, float]:
    """The mean over exports of each method's value, where more is better."""
    values: dict[Method, list[float]] = {}
    for entry, one in found.items():
        values.setdefault(entry.method, []).append(_sign(one.cells) * one.estimate.value)
    return {method: float(np.mean(own)) for method, own in values.items()}


def _plain(table: pd.DataFrame) -> list[Row]:
    """The rows of a table for JSON: None where a number is undefined."""
    return [
        {name: None if isinstance(v, float) and not np.isfinite(v) else v for name, v in row.items()}
        for row in records(table)
    ]


def _sign(cells: ResampledCells) -> int:
    return -1 if cells.lower_is_better else 1


def _verdicts(one: Opened, data_set: str) -> list[Row]:
    """The export's own verdicts, by its own metric, margin and planned comparisons."""
    evaluation = one.answers.cells.evaluation
    names = "backbone", "body_part", "train_size", "images", "seeds", "first", "second", "difference"
    return [
        {
            "export": one.name,
            "data_set": data_set,
            "metric": evaluation.primary,
            "unit": evaluation.unit,
            **{name: row[name] for name in (*names, "low", "high", "interim")},
            "verdict": verdict_text(row["verdict"], row["margin"], row["detectable"]),
        }
        for row in records(judged(one.answers.differences))
    ]


def _export(one: Opened, data_set: str) -> Row:
    finished = one.cells.finished
    versions: dict[str, set[str]] = {}
    for record in finished:
        for name, version in record.versions.items():
            versions.setdefault(name, set()).add(version)
    return {
        "export": one.name,
        "grid": one.index.grid,
        "data_set": data_set,
        "cells": len(finished),
        "exported_by": f"benchmark {one.index.version}",
        "computed_with": ", ".join(
            f"{name} {' and '.join(sorted(v))}" for name, v in sorted(versions.items())
        )
        or "unknown",
        "caution": leak_of(finished),
    }


def _facts(group: Sequence[Opened]) -> str:
    """Kind, protocol and test part of a data set, and the counts of its largest test set."""
    records = [record for one in group for record in one.cells.finished]
    largest = max(records, key=lambda record: record.counts.test_images)
    parts = dict.fromkeys(record.body_part for record in records if record.body_part != EVERY_PART)
    where = f"tested on its part {largest.evaluated_on}" if largest.evaluated_on else "tested on a part of it"
    counts = largest.counts
    return (
        f"{largest.dataset}, protocol {largest.protocol}, {where}: up to {counts.test_patients:,} patients, "
        f"{counts.test_studies:,} studies and {counts.test_images:,} images per body part; "
        f"{', '.join(parts) or 'all body parts together'}"
    )

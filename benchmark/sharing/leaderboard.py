"""Exports compared: on one test set directly, paired by its patients; over data sets by ranks alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.finished import leak_of
from benchmark.analysis.paired_differences import QUESTIONS
from benchmark.analysis.verdicts import judged
from benchmark.datasets.names import EVERY_PART
from benchmark.grid.schema import Evaluation
from benchmark.sharing.opened_exports import Opened
from benchmark.sharing.shared_ranks import ranks_on, ranks_over
from benchmark.sharing.standings import Entry, Place, Standing, score_rows, standings_of
from results.frames import records
from results.labels import metric_label
from results.verdict import verdict_text

Row = dict[str, Any]


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
    tables = {digest: standings_of(group) for digest, group in groups.items()}
    evaluation = opened[0].cells.evaluation
    data_sets = tuple(
        _data_set(names[digest], digest, group, tables[digest], evaluation)
        for digest, group in groups.items()
    )
    overall, why_not = ranks_over(list(tables.values()), evaluation.confidence)
    verdicts = [row for one in opened for row in _verdicts(one, names[one.index.test_digest])]
    exports = pd.DataFrame([_export(one, names[one.index.test_digest]) for one in opened])
    return Leaderboard(evaluation, data_sets, overall, why_not, pd.DataFrame(verdicts), exports)


def _data_set(
    name: str,
    digest: str,
    group: Sequence[Opened],
    places: Mapping[Place, Mapping[Entry, Standing]],
    evaluation: Evaluation,
) -> DataSet:
    scores = pd.DataFrame([row for place, found in places.items() for row in score_rows(place, found)])
    ranks, blocks, why_not = ranks_on(places, evaluation.confidence)
    exports = tuple(one.name for one in group)
    return DataSet(name, digest, exports, _facts(group), scores, ranks, blocks, why_not)


def _plain(table: pd.DataFrame) -> list[Row]:
    """The rows of a table for JSON: None where a number is undefined."""
    return [
        {name: None if isinstance(v, float) and not np.isfinite(v) else v for name, v in row.items()}
        for row in records(table)
    ]


def _verdicts(one: Opened, data_set: str) -> list[Row]:
    """The export's own verdicts, by its own metric, margin and planned comparisons."""
    evaluation = one.answers.cells.evaluation
    names = "backbone", "body_part", "train_size", "images", "seeds", "first", "second", "difference"
    return [
        {
            "export": one.name,
            "data_set": data_set,
            "comparison": row["comparison"],
            "metric": evaluation.primary,
            "unit": evaluation.unit,
            **{name: row[name] for name in (*names, "low", "high", "interim")},
            "verdict": verdict_text(row["verdict"], row["margin"], row["detectable"]),
        }
        for asked in QUESTIONS
        for row in records(judged(one.answers.differences, asked))
    ]


def _export(one: Opened, data_set: str) -> Row:
    finished, evaluation = one.cells.finished, one.answers.cells.evaluation
    versions: dict[str, set[str]] = {}
    for record in finished:
        for name, version in record.versions.items():
            versions.setdefault(name, set()).add(version)
    return {
        "export": one.name,
        "grid": one.index.grid,
        "data_set": data_set,
        "cells": len(finished),
        "metric": metric_label(evaluation.primary, evaluation.unit),
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

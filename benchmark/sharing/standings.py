"""The methods of all exports of one test set side by side, by body part and training size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmark.analysis.resampled_cells import Method, ResampledCells, Side
from benchmark.analysis.scores import Scored, standings
from benchmark.sharing.opened_exports import Opened
from results.estimates import Estimate

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

    @property
    def sign(self) -> int:
        """What a value is multiplied by so that more is better."""
        return -1 if self.cells.lower_is_better else 1


def standings_of(group: Sequence[Opened]) -> dict[Place, dict[Entry, Standing]]:
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


def score_rows(place: Place, found: Mapping[Entry, Standing]) -> list[Row]:
    """One row per method: export, method, the axes, seeds, value, low, high and standing.

    `standing` as in `benchmark.analysis.scores.score_rows`, over the methods of all exports.
    """
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

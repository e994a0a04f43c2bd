"""The comparisons of a study: fine-tuned, frozen and hand-crafted against each other, paired by patient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.resampled_cells import CHOSEN, EVERY_BACKBONE, Method, Setting, Side, Study
from benchmark.store.records import Record
from results.comparison import OVER_SEEDS, difference_of, differences, mean_of
from results.evaluation import unit_table
from results.significance import delong, holm, mcnemar
from results.uncertainty import Resampled

Row = dict[str, Any]
BySeed = Mapping[int, Resampled]
TUNED_FROZEN = "fine-tuned − frozen"
TUNED_CRAFTED = "fine-tuned − hand-crafted"
FROZEN_CRAFTED = "frozen − hand-crafted"


@dataclass(frozen=True)
class Pair:
    """Two sides on the same test patients, seed by seed; `comparison` says second − first.

    `cells` are the records of both sides; None where a side is the mean over backbones.
    """

    comparison: str
    backbone: str
    setting: Setting
    first: BySeed
    second: BySeed
    cells: tuple[Side, Side] | None = None

    def over_seeds(self) -> Resampled | None:
        """The difference of the means over common seeds, in each resampling too; None without any."""
        seeds = sorted(self.first.keys() & self.second.keys())
        if not seeds:
            return None
        first, second = (mean_of([side[seed] for seed in seeds]) for side in (self.first, self.second))
        return difference_of(first, second)


def pairs(study: Study) -> Iterator[Pair]:
    """Every pair that a study holds, per setting; each backbone, then the mean over backbones.

    The mean is over the backbones that are there both frozen and fine-tuned, where those are several.
    """
    for setting, chosen in study.chosen.items():
        frozen = {m.backbone: side for m, side in chosen.items() if m.strategy == "feature_extraction"}
        tuned = {m.backbone: side for m, side in chosen.items() if m.strategy == "fine_tuning"}
        crafted = chosen.get(Method("hand_crafted", "", CHOSEN), {})
        for backbone in dict.fromkeys([*frozen, *tuned]):
            sides = frozen.get(backbone, {}), tuned.get(backbone, {}), crafted
            values = [_by_seed(study, side) for side in sides]
            yield from _three(backbone, setting, values, sides)
        both = [backbone for backbone in frozen if backbone in tuned]
        if len(both) > 1:
            means = [_mean_by_seed(study, [side[b] for b in both]) for side in (frozen, tuned)]
            yield from _three(EVERY_BACKBONE, setting, [*means, _by_seed(study, crafted)], None)


def _three(
    backbone: str, setting: Setting, values: list[BySeed], sides: tuple[Side, Side, Side] | None
) -> Iterator[Pair]:
    """The pairs of frozen, fine-tuned and hand-crafted that have a seed in common."""
    for comparison, first, second in ((TUNED_FROZEN, 0, 1), (TUNED_CRAFTED, 2, 1), (FROZEN_CRAFTED, 2, 0)):
        if values[first].keys() & values[second].keys():
            cells = (sides[first], sides[second]) if sides else None
            yield Pair(comparison, backbone, setting, values[first], values[second], cells)


def _by_seed(study: Study, side: Side) -> BySeed:
    return {seed: study.resampled[record["cell"]] for seed, record in side.items()}


def _mean_by_seed(study: Study, sides: list[Side]) -> BySeed:
    """The mean over backbones, for the seeds that all of them have."""
    seeds = set.intersection(*(set(side) for side in sides))
    return {seed: mean_of([study.resampled[side[seed]["cell"]] for side in sides]) for seed in sorted(seeds)}


def difference_rows(study: Study, found: list[Pair]) -> pd.DataFrame:
    """One row per pair, over its seeds: both means, their difference, its interval and p-values.

    Columns: comparison, backbone, body_part, train_size, images, seeds (how many), first, second,
    difference, low, high, p, p_adjusted (Holm within the family) and family (its number of tests):
    one family per comparison over backbones, body parts and sizes, and one for the means over backbones.
    """
    rows = []
    for pair in found:
        *_, row = differences(pair.first, pair.second, study.evaluation.confidence)
        kept = {name: row[name] for name in ("first", "second", "difference", "low", "high", "p")}
        rows.append({**_axes(pair), "seeds": len(row["seeds"]), **kept})
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    families = table.groupby(["comparison", table["backbone"] == EVERY_BACKBONE], sort=False)["p"]
    adjusted = families.transform(lambda p: _numbers(holm([None if pd.isna(x) else x for x in p])))
    return table.assign(p_adjusted=adjusted, family=families.transform("count"))


def test_rows(study: Study, found: list[Pair]) -> pd.DataFrame:
    """McNemar's and DeLong's tests beside the resampling's, per seed, where frozen meets fine-tuned.

    Columns: comparison, backbone, body_part, train_size, images, seed, difference and p (primary metric,
    patients resampled), auroc_difference and delong_p, only_first_right, only_second_right and mcnemar_p
    (at the thresholds that training chose).
    """
    return pd.DataFrame(
        [
            {**_axes(pair), **row}
            for pair in found
            if pair.comparison == TUNED_FROZEN and pair.cells
            for row in _tests(study, pair, pair.cells)
        ]
    )


def _tests(study: Study, pair: Pair, cells: tuple[Side, Side]) -> Iterator[Row]:
    for row in differences(pair.first, pair.second, study.evaluation.confidence):
        if row["seed"] != OVER_SEEDS:
            first, second = (side[row["seed"]] for side in cells)
            yield {
                **{name: row[name] for name in ("seed", "difference", "p")},
                **_classical_tests(study, first, second),
            }


def _classical_tests(study: Study, first: Record, second: Record) -> Row:
    tables = [
        unit_table(study.predictions(record), study.evaluation.unit).sort_values(study.evaluation.unit)
        for record in (first, second)
    ]
    labels = tables[0]["label"].to_numpy(np.int64)
    a, b = (table["probability"].to_numpy(np.float64) for table in tables)
    areas, matches = delong(labels, a, b), mcnemar(labels, a >= first["threshold"], b >= second["threshold"])
    return {
        "auroc_difference": areas["difference"],
        "delong_p": areas["p"],
        "only_first_right": matches["only_a_right"],
        "only_second_right": matches["only_b_right"],
        "mcnemar_p": matches["p"],
    }


def _axes(pair: Pair) -> Row:
    return {"comparison": pair.comparison, "backbone": pair.backbone, **pair.setting._asdict()}


def _numbers(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]

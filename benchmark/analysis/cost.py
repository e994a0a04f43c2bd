"""Cost table: one row per method at the largest training size, with its score and its price."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from benchmark.analysis.paired_differences import QUESTIONS
from benchmark.analysis.resampled_cells import Method, ResampledCells, Setting, Side
from benchmark.store.record import Cost, Finished
from classifiers.fine_tuning.recipes import END_TO_END
from results.costs import AXES, COLUMNS, gain_per_extra, over_seeds
from results.evaluation import plain

_HOUR = 3600  # seconds
_FROZEN = QUESTIONS[0].first
_TRAINED = {question.second for question in QUESTIONS}


def cost_frame(evaluated: ResampledCells) -> pd.DataFrame:
    """Every method at the largest size of each body part, means over seeds: `results.costs.over_seeds`.

    `value`, `low` and `high` are those of the mean over seeds. A fine-tuned or adapted network that is there
    frozen too has `frozen_share` (`cost_ratio` with all classifiers among which folds choose),
    `gain_per_hour` and `gain_per_kwh`: what it gains over the chosen classifier per extra hour and kWh.
    """
    rows = []
    for setting in evaluated.largest.values():
        costs = cost_rows(
            evaluated.by_setting[setting], evaluated.evaluation.unit, evaluated.evaluation.primary
        )
        sides = evaluated.methods[setting]
        for row in over_seeds(costs):
            method = Method(row["strategy"], row["backbone"], row["classifier"])
            row |= evaluated.interval(evaluated.over_seeds(sides[method]))
            rows.append(row | _price(evaluated, setting, method))
    return pd.DataFrame(rows)


def cost_rows(cells: Iterable[Finished], unit: str, metric: str) -> list[dict[str, Any]]:
    """A row per cell: axes, `method`, train_images, seed, the metric's value, low and high, and COLUMNS.

    Amounts that an old record does not hold are None. `method` is backbone and classifier; of a network that
    is fine-tuned by the grid's only recipe, the backbone alone.
    """
    return [
        {
            **{axis: getattr(record, axis) for axis in AXES},
            "train_size": record.size_name,
            "method": record.backbone
            if record.classifier == END_TO_END
            else f"{record.backbone} · {record.classifier}",
            "train_images": record.counts.train_images,
            "seed": record.seed,
            **record.bounded(unit, metric).model_dump(),
            **{column: getattr(record.cost or Cost(), column) for column in COLUMNS},
        }
        for record in cells
    ]


def cost_ratio(frozen: Iterable[Finished], tuned: Iterable[Finished]) -> float | None:
    """Seconds of the frozen records by those of the fine-tuned: 1/40 where freezing is 40 times cheaper.

    Likewise of any two of the ways to use a network.

    Seconds per seed, of all records given: of several classifiers of a seed and backbone, the embedding's
    share counts once. None where seconds are unknown, and where not all ran on one device.
    """
    frozen, tuned = list(frozen), list(tuned)
    devices = {record.cost.device if record.cost else None for record in (*frozen, *tuned)}
    ours, theirs = _seconds(frozen), _seconds(tuned)
    if len(devices) > 1 or None in devices or ours is None or not theirs:
        return None
    return ours / theirs


def _seconds(records: Sequence[Finished]) -> float | None:
    """Seconds per seed, with the largest share of the embedding once; None where some are unknown."""
    embedded: dict[tuple[int, str], list[Cost]] = defaultdict(list)
    for record in records:
        embedded[record.seed, record.backbone].append(record.cost or Cost())
    total = 0.0
    for costs in embedded.values():
        embed = [cost.seconds_embed for cost in costs if cost.seconds_embed is not None]
        every = [cost.seconds_total for cost in costs if cost.seconds_total is not None]
        if not len(embed) == len(every) == len(costs):
            return None
        total += sum(every) - sum(embed) + max(embed)
    return total / len({record.seed for record in records}) if records else None


def _energy(records: Sequence[Finished]) -> float | None:
    """kWh per seed. The embedding counts once per classifier, as records do not hold its energy apart."""
    found = [(record.cost or Cost()).energy_kwh for record in records]
    known = [kwh for kwh in found if kwh is not None]
    return sum(known) / len({r.seed for r in records}) if known and len(known) == len(found) else None


def _price(evaluated: ResampledCells, setting: Setting, method: Method) -> dict[str, float | None]:
    """The price of a trained network against the same one frozen; None for another method."""
    price: dict[str, float | None] = dict.fromkeys(("frozen_share", "gain_per_hour", "gain_per_kwh"))
    frozen = _of_frozen(evaluated.methods[setting], method)
    chosen = _of_frozen(evaluated.chosen[setting], method)
    if method.strategy not in _TRAINED or not frozen or not chosen:
        return price
    tuned = evaluated.methods[setting][method]
    seeds = tuned.keys() & chosen[0].keys()
    if not seeds:
        return price
    ours = [record for side in frozen for seed, record in side.items() if seed in seeds]
    theirs = [tuned[seed] for seed in seeds]
    difference = evaluated.over_seeds(tuned, seeds).value - evaluated.over_seeds(chosen[0], seeds).value
    gain = plain(-difference if evaluated.lower_is_better else difference)
    price["gain_per_kwh"] = gain_per_extra(gain, _energy(theirs), _energy(ours))
    price["frozen_share"] = share = cost_ratio(ours, theirs)
    if share is not None:
        hours = (_seconds(theirs) or 0) / _HOUR
        price["gain_per_hour"] = gain_per_extra(gain, hours, share * hours)
    return price


def _of_frozen(sides: dict[Method, Side], method: Method) -> list[Side]:
    """The frozen sides of a method's backbone."""
    return [
        side
        for other, side in sides.items()
        if other.strategy == _FROZEN and other.backbone == method.backbone
    ]

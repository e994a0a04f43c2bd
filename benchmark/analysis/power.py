"""The planner: how many seeds, test studies or labelled images would settle a body part and size."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from benchmark.analysis.answers import Answers
from benchmark.analysis.label_efficiency import Curve, question_curves
from benchmark.analysis.paired_differences import QUESTION, Pair
from benchmark.analysis.resampled_cells import ResampledCells
from results.comparison import POWER, Difference
from results.evaluation import plain
from results.forecasts import LEAST_SIZES, forecast
from results.frames import records
from results.metric import Values
from results.power import (
    Design,
    Parts,
    parts_of,
    power_of_difference,
    power_of_equality,
    seeds_needed,
    times_needed,
)
from results.uncertainty import percentile_interval

Row = dict[str, Any]
SMALL = 1000  # images: forecasts from sizes up to this one are checked at the larger ones
_FURTHER = (2, 10)  # times the largest size, where nothing is measured
_SEARCHED = np.geomspace(1, 100, 200)  # times the largest size
Test = Callable[[Parts, Design, float, float], float]  # parts, design, difference or margin, level: its power
_TESTS: dict[str, Test] = {
    "": power_of_difference,
    "equal_": power_of_equality,
}


def power_rows(answers: Answers, difference: float | None = None) -> pd.DataFrame:
    """What it takes to find a true `difference` (default: the margin), and to show that there is none.

    One row per pair of fine-tuned and frozen: backbone, recipe, body_part, train_size, images, studies
    and patients (of the test set; patients of the rarer label), seeds, difference (observed),
    training_sd, test_sd, level (of the family's first step), detectable, verdict, assumed (the true
    difference), power, seeds_needed (with this test set) and studies_needed (with these seeds); for
    equality within `margin`, of methods that are truly equal, equal_power, equal_seeds_needed and
    equal_studies_needed. A number that does not exist, up to `results.power.MOST_SEEDS` and MOST_TIMES,
    is None; with one seed, whose training variance is not known, all are.
    """
    cells, rows = answers.cells, []
    for pair, judged in zip(answers.pairs, records(answers.differences), strict=True):
        if pair.comparison == QUESTION:
            assumed = cells.evaluation.margin if difference is None else difference
            names = ("seeds", "difference", "training_sd", "test_sd", "detectable", "verdict", "margin")
            known: Row = {name: judged[name] for name in names}
            level = cells.evaluation.level / judged["family"]
            axes = {name: value for name, value in pair.axes.items() if name != "comparison"}
            rows.append({**axes, **_test_set(cells, pair), **known, "level": level, "assumed": assumed})
            rows[-1] |= _needs(pair.difference, level, rows[-1])
    return pd.DataFrame(rows)


def _test_set(cells: ResampledCells, pair: Pair) -> dict[str, int]:
    counts = cells.by_setting[pair.setting][0].counts
    studies = counts.test_studies if cells.evaluation.unit == "study" else counts.test_images
    return {"studies": studies, "patients": pair.difference.estimate.patients}


def _needs(found: Difference, level: float, row: Row) -> Row:
    """Power now and numbers needed, of both tests."""
    needs: Row = {
        f"{test}{name}": None for test in _TESTS for name in ("power", "seeds_needed", "studies_needed")
    }
    parts = parts_of(found.estimate)
    if parts is None:
        return needs
    now = Design(parts.seeds)
    for name, test in _TESTS.items():
        size = row["margin"] if name else row["assumed"]
        power = partial(_power, test, parts, size, level)
        times = times_needed(power, POWER, now)
        needs[f"{name}power"] = power(now)
        needs[f"{name}seeds_needed"] = seeds_needed(power, POWER, now)
        needs[f"{name}studies_needed"] = None if times is None else int(np.ceil(times * row["studies"]))
    return needs


def _power(test: Test, parts: Parts, size: float, level: float, design: Design) -> float:
    return test(parts, design, size, level)


def forecast_rows(answers: Answers) -> pd.DataFrame:
    """The difference that the learning curves forecast at more images: `results.forecasts`.

    One row per body part, backbone, recipe and size. From the sizes up to SMALL the measured larger ones
    are forecast, as a back-test; from all sizes, 2 and 10 times the largest. Columns: body_part,
    backbone, recipe, from_sizes (text), images, forecast, low, high (percentile interval over training
    subsets and test patients), measured, measured_low, measured_high, agrees (whether the interval of
    forecast minus measured, paired, holds 0), power (of the test at the forecast difference, with the
    largest size's variance, seeds and test set) and images_needed (the least size with 80 % power, up to
    100 times the largest; None where none). The interval holds no doubt of the law itself: see the
    back-test.
    """
    rows: list[Row] = []
    judged = [row for row in records(answers.differences) if row["comparison"] == QUESTION.name]
    families = {(row["body_part"], row["backbone"], row["recipe"]): row["family"] for row in judged}
    for axes, curve in question_curves(answers.pairs).items():
        names = dict(zip(("body_part", "backbone", "recipe"), axes, strict=True))
        level = answers.cells.evaluation.level / families[axes]
        small = [size for size in curve if size <= SMALL]
        for used, at in (
            (small, [size for size in curve if size > SMALL]),
            (list(curve), [max(curve) * times for times in _FURTHER]),
        ):
            if len(used) >= LEAST_SIZES and at:
                rows += [{**names, **row} for row in _forecasts(answers.cells, curve, used, at, level)]
    return pd.DataFrame(rows)


def _forecasts(
    cells: ResampledCells, curve: Curve, used: list[int], at: list[int], level: float
) -> Iterator[Row]:
    """A row per size of `at`, forecast from the sizes `used`."""
    last = parts_of(curve[max(curve)].estimate)
    searched = [round(max(curve) * times) for times in _SEARCHED]
    columns = [_columns(curve[size]) for size in used]  # the values, then the draws
    first, second = (np.stack([side[place] for side in columns]) for place in (0, 1))
    found = forecast(used, first, second, [*at, *searched], cells.limits)
    powers = [_power_at(last, float(value), level) for value in found[:, 0]]
    enough = [size for size, power in zip(searched, powers[len(at) :], strict=True) if (power or 0) >= POWER]
    for place, size in enumerate(at):
        low, high = percentile_interval(found[place, 1:], cells.evaluation.confidence)
        numbers = {"forecast": plain(found[place, 0]), "low": plain(low), "high": plain(high)}
        yield {
            "from_sizes": ", ".join(f"{size:,}" for size in used),
            "images": size,
            **numbers,
            **_measured(cells, curve.get(size), found[place]),
            "power": powers[place],
            "images_needed": min(enough, default=None),
        }


def _columns(found: Difference) -> tuple[Values, Values]:
    """Each side's value and draws, (1 + resamples,)."""
    first, second = (np.append(side.value, side.drawn) for side in (found.first, found.second))
    return first, second


def _power_at(parts: Parts | None, difference: float, level: float) -> float | None:
    return None if parts is None else power_of_difference(parts, Design(parts.seeds), difference, level)


def _measured(cells: ResampledCells, found: Difference | None, forecast: Values) -> Row:
    """What was measured at a forecast size, and whether it agrees with it; None where nothing was."""
    if found is None:
        return dict.fromkeys(("measured", "measured_low", "measured_high", "agrees"))
    low, high = found.interval(cells.evaluation.confidence)
    apart = forecast[1:] - found.estimate.drawn
    least, most = percentile_interval(apart, cells.evaluation.confidence)
    bounds = {"measured_low": plain(low), "measured_high": plain(high)}
    return {"measured": found.value, **bounds, "agrees": least <= 0 <= most}

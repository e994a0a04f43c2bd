"""The study's results in a few lines: of the rules in use, then of what the intervals were compared with."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from results.uncertainty import FEW, INTERVALS
from tests.validity.coverage import rejections
from tests.validity.hard_settings import SETTINGS
from tests.validity.intervals import IN_USE
from tests.validity.markdown import percent
from tests.validity.report_hard_settings import judged
from tests.validity.report_interactions import interactions_in_short
from tests.validity.report_training_sets import covered_as_wanted, errors_of
from tests.validity.resampling import RESAMPLES
from tests.validity.wanted import (
    AT_LEAST,
    COVERS,
    ERROR,
    FAMILY_ERROR,
    FEW_SEEDS,
    HARD_COVERS,
    REJECTED,
    REJECTS,
    RUNS,
    RUNS_HOLD,
    WRONG_DIRECTION,
    monte_carlo,
    wanted,
)

_AS_LARGE = "near one, 200 studies"  # a setting with 200 studies and the usual prevalence

OF_METHODS = (
    "**Differences between methods** (`results/estimates.py`, `results/comparison.py`). The estimate is the mean over seeds. Its variance is that between "
    "the seeds divided by their number, plus the covariance of two seeds over test patients, from a cluster bootstrap by patient "
    "(Obuchowski and Rockette 1995). Each of the two parts has its own quantile of Student's t, with seeds − 1 and "
    "patients − 1 degrees of freedom; the half width of the interval is the root of the sum of the squares of the two half "
    "widths (Cochran 1964), and never less than for these networks alone. It is also made on the log-odds scale of both sides between the metric's limits (Newcombe 1998), and each bound is the further one of both. p is the level "
    "whose interval ends at the null; equivalence within the margin is two one-sided tests (Schuirmann 1987)."
)
OF_CELLS = (
    "**One cell** (`results/uncertainty.py`): value ± t × standard error over test patients, for this trained network, on the log-odds scale between the metric's "
    "limits. The standard error is the standard deviation of the value over resampled patients, times √(P / (P − 1)); t has P − 1 degrees of "
    "freedom. P is the number of patients of the rarer label: they carry most of the variance."
)
WHY = (
    "An AUROC near one is skewed: its percentiles lie too high, and with few patients they miss the true value from "
    "above. BCa mends that for metrics, but holds differences too rarely. The standard error on the log-odds scale holds "
    "where these two do not, needs no jackknife, and its p "
    f"can be as small as an adjustment for many comparisons needs: a share of {RESAMPLES:,} resamplings cannot be below "
    f"{2 / (RESAMPLES + 1):.4f}, by which no difference, however large, is significant in a family of more than "
    f"{int(FAMILY_ERROR * (RESAMPLES + 1) / 2)}. A bootstrap-t, with a standard error in every resampling, was not tried."
)


def holds(found: Mapping[str, pd.DataFrame]) -> str:
    """What the rules in use do, a point per question."""
    return "\n".join(
        f"- {line}"
        for line in (
            *_training_sets(found["training_sets"]),
            _two_way(found["training_sets"]),
            *_hard_settings(found["hard_settings"]),
            _families(found["families"]),
            _parts(found["parts"]),
            _zones(found["zones"]),
            interactions_in_short(found["interactions"], found["hardware"]),
            *_covered(found["coverage"], IN_USE),
            _no_difference(found["coverage"]),
            _crossovers(found["crossovers"]),
            _shuffled(found["shuffled"]),
        )
    )


def rules(found: Mapping[str, pd.DataFrame]) -> str:
    """Which sections were measured with an earlier rule; percentiles of crossovers do not depend on it."""
    measured = {name: rows["rule"].iloc[0] for name, rows in found.items() if name != "crossovers"}
    earlier = [f"*{name.replace('_', ' ')}*" for name, rule in measured.items() if rule != INTERVALS]
    if not earlier:
        return "All sections were measured with these rules."
    hard = found["hard_settings"].set_index("setting").loc[_AS_LARGE]
    rarer, everyone = float(hard["fewest"].iloc[0]), SETTINGS[_AS_LARGE].world(1).patients(200)
    return (
        f"All sections but {' and '.join(earlier)} were measured with these rules. In those P was the number of all patients, "
        f"where it is that of the rarer label now: with {rarer:.0f} of {everyone} patients, as in the smallest test sets of those "
        f"sections, the present intervals are wider by {100 * (_factor(rarer) / _factor(everyone) - 1):.1f} %."
    )


def _factor(patients: float) -> float:
    """What an interval is proportional to besides the spread of the resamplings."""
    return float(stdtrit(patients - 1, 0.975) * np.sqrt(patients / (patients - 1)))


def compared(found: Mapping[str, pd.DataFrame]) -> str:
    """The same of the other intervals, where they were tried."""
    rejected, shuffled = rejections(found["coverage"]), found["shuffled"]
    all_labels = shuffled[shuffled["shuffled"].str.startswith("all")]
    others = [kind for kind in found["coverage"]["interval"].unique() if kind != IN_USE]
    lines = [
        *(line for kind in others for line in _covered(found["coverage"], kind)),
        *(f"**{kind}**, no difference: rejects in {'; '.join(_rejects(rejected, kind))}." for kind in others),
        *(
            f"**{kind}**, all labels shuffled: holds 0.5 in {_range(all_labels[kind])} % of the runs."
            for kind in others
            if kind in all_labels
        ),
    ]
    return "\n".join(f"- {line}" for line in lines)


def _training_sets(rows: pd.DataFrame) -> Iterator[str]:
    several = rows[rows["seeds"] > 1]
    inside = covered_as_wanted(several)
    named = [
        f"{r.studies:,} studies, SD {r.sd:g}, {r.seeds} seeds, true difference {r.difference:g} ({percent(r.covered)})"
        for r in several[~inside].itertuples()
    ]
    outside = f" Outside: {'; '.join(named)}." if named else ""
    yield (
        f"**Another training set**: the 95 % interval of the difference holds the truth in {_range(several['covered'])} % of the data sets, "
        f"over all SDs between training subsets and {_seeds(several)} seeds; {inside.sum()} of {len(several)} settings are as wanted (at least "
        f"{100 * AT_LEAST:.0f} %; from {FEW_SEEDS} seeds on also at most {100 * COVERS[1]:.0f} %). The former rule, over test patients "
        f"alone: {_range(several['former_covered'])} %.{outside}"
    )
    errors = errors_of(rows)
    for name, limit in {
        "difference": ERROR,
        "equivalence": ERROR,
        "non-inferiority": ERROR,
        "wrong direction": WRONG_DIRECTION,
    }.items():
        allowed = limit + 2 * errors["datasets"].map(lambda n, limit=limit: monte_carlo(limit, n))
        yield (
            f"**{_ERRORS[name]}**: {_range(errors[name])} %, {percent(errors[name].mean())} % on average (wanted: at most {100 * limit:.0f} %; "
            f"{(errors[name] > limit).sum()} of {len(errors)} settings above, {(errors[name] > allowed).sum()} by more than two Monte Carlo standard errors)."
        )
    yield (
        "**One seed**: no claim about methods is made (*one trained pair* in "
        f"{percent(rows.loc[rows['seeds'] == 1, 'one_pair'].mean())} % of the data sets)."
    )


_ERRORS = {
    "difference": "A difference is claimed where there is none",
    "equivalence": '"Equal" is claimed where they differ by the margin',
    "non-inferiority": "Non-inferiority is claimed where the margin is lost",
    "wrong direction": "The worse method is preferred",
}


def _seeds(rows: pd.DataFrame) -> str:
    *first, last = sorted(rows["seeds"].unique())
    return f"{', '.join(map(str, first))} and {last}"


def _two_way(rows: pd.DataFrame) -> str:
    several = rows[rows["seeds"] > 1]
    return (
        f"**Two-way draws** (`Estimate.drawn`): their percentile interval holds the truth in {_range(several['drawn_covered'])} % (the interval "
        f"above: {_range(several['covered'])} %)."
    )


def _hard_settings(rows: pd.DataFrame) -> Iterator[str]:
    found = judged(rows)
    free, warned = found[~found["warning"]], found[found["warning"]]
    outside = free[~free["inside"]].sort_values("covered", kind="stable")
    named = [f"{r.setting}, {r.of}, `{r.metric}` ({percent(r.covered)})" for r in outside.itertuples()]
    yield (
        f"**Hard settings** without a warning in most data sets: {_inside(free)}."
        f"{' Outside: ' + '; '.join(named) + '.' if named else ''}"
    )
    yield (
        f"**Hard settings** with a warning (fewer than {FEW} patients of the rarer label, or near a limit): {_inside(warned)}; of AUROC and its differences "
        f"{_inside(warned[warned['metric'] == 'auroc'])}."
    )


def _inside(rows: pd.DataFrame) -> str:
    return (
        f"{rows['inside'].sum()} of {len(rows)} intervals hold the truth in {wanted(HARD_COVERS)} of the data sets (range "
        f"{_range(rows['covered'])} %)"
    )


def _families(rows: pd.DataFrame) -> str:
    return (
        f"**Families**: any false finding in {_range(rows['any_gated'])} % of the families by the rule in use (`all` before its parts), "
        f"{_range(rows['any_holm'])} % by Holm, {_range(rows['any_unadjusted'])} % unadjusted (wanted: at most {100 * FAMILY_ERROR:.0f} %)."
    )


def _no_difference(coverage: pd.DataFrame) -> str:
    return f"**Under no difference** of one pair its test rejects in {'; '.join(_rejects(rejections(coverage), IN_USE))}."


def _parts(rows: pd.DataFrame) -> str:
    rejected = rows.loc[rows["between_parts"] == 0, "welch_rejects"]
    return (
        f"**Body parts that are equal** are said to differ in {_range(rejected)} % of the data sets, with training noise too "
        f"(wanted: {wanted(REJECTS)}); the mean over parts is held in {_range(rows['mean_holds'])} %, a part together with the others "
        f"in {_range(rows['shrunken_holds'])} %, and another part in {_range(rows['new_part_holds'])} %, i.e. less often than it says."
    )


def _zones(rows: pd.DataFrame) -> str:
    return (
        f"**Zones** name the wrong side at some size in {_range(rows['wrong'])} % of the data sets (wanted: at most "
        f"{100 * ERROR:.0f} %)."
    )


def _crossovers(rows: pd.DataFrame) -> str:
    inside = rows[rows["interpolated"].notna()]
    return (
        f"**A planted crossover** is held by its interval, which is of percentiles, in {_range(inside['covered'])} % of the "
        f"data sets (wanted: {wanted(COVERS)})."
    )


def _shuffled(rows: pd.DataFrame) -> str:
    all_labels = rows[rows["shuffled"].str.startswith("all")]
    return (
        f"**With all labels shuffled** the interval of AUROC holds 0.5 in {_range(all_labels[IN_USE])} % of the runs "
        f"(wanted: at least {100 * RUNS_HOLD / RUNS:.0f} %)."
    )


def _covered(rows: pd.DataFrame, interval: str) -> Iterator[str]:
    for studies in rows["studies"].unique():
        chosen = rows[(rows["interval"] == interval) & (rows["studies"] == studies)]
        inside = chosen["covered"].between(*COVERS)
        yield (
            f"**{interval[0].upper()}{interval[1:]}**, one cell or trained pair, {studies:,} studies: {inside.sum()} of {len(chosen)} settings covered in "
            f"{wanted(COVERS)} of the data sets (range {_range(chosen['covered'])} %).{_failures(chosen[~inside])}"
        )


def _rejects(rejected: pd.DataFrame, interval: str) -> Iterator[str]:
    for studies, rows in rejected[rejected["interval"] == interval].groupby("studies"):
        error = monte_carlo(REJECTED, int(rows["datasets"].iloc[0]))
        outside = ~rows["rejected"].between(*REJECTS)
        clearly = ~rows["rejected"].between(REJECTS[0] - 2 * error, REJECTS[1] + 2 * error)
        yield (
            f"{_range(rows['rejected'])} % of the data sets of {studies:,} studies, {percent(rows['rejected'].mean())} % on "
            f"average ({outside.sum()} of {len(rows)} settings outside {wanted(REJECTS)}, {clearly.sum()} by more than two "
            "Monte Carlo standard errors)"
        )


def _range(shares: "pd.Series[float]") -> str:
    return f"{percent(shares.min())}–{percent(shares.max())}"


def _failures(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    worst = rows.sort_values("covered", kind="stable")
    named = [f"{r.world}, {r.of}, `{r.metric}` ({percent(r.covered)})" for r in worst.itertuples()]
    return " Outside: " + "; ".join(named) + "."

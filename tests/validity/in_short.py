"""The study's results in a few lines: of the interval in use, then of what it was compared with."""

from collections.abc import Iterator, Mapping

import pandas as pd

from tests.validity.coverage import rejections
from tests.validity.intervals import IN_USE
from tests.validity.markdown import percent
from tests.validity.resampling import RESAMPLES
from tests.validity.wanted import (
    COVERS,
    FAMILY_ERROR,
    REJECTED,
    REJECTS,
    RUNS,
    RUNS_HOLD,
    monte_carlo,
    wanted,
)

DEFINITION = (
    "value ± t × standard error (`results/uncertainty.py`). The standard error is the standard deviation of the value "
    "over resampled patients, times √(P / (P − 1)) for P patients; t is Student's quantile with P − 1 degrees of freedom. A "
    "metric's interval is made on the log-odds scale between its least and largest value and so stays within them; a "
    "difference's is made on the plain scale. p comes from the same standard error and the same t, so that it is below 0.05 "
    "exactly when the 95 % interval of the difference leaves out zero."
)
WHY = (
    "An AUROC near one is skewed: its percentiles lie too high, and with few patients they miss the true value from "
    "above. BCa mends that for metrics, but holds differences too rarely. The standard error on the log-odds scale holds "
    "where these two do not, needs no jackknife, and its p "
    f"can be as small as an adjustment for many comparisons needs: a share of {RESAMPLES:,} resamplings cannot be below "
    f"{2 / (RESAMPLES + 1):.4f}, by which no difference, however large, is significant in a family of more than "
    f"{int(FAMILY_ERROR * (RESAMPLES + 1) / 2)}. Like a studentised interval it is made of a standard error and a t; a full one "
    "(bootstrap-t) takes the quantiles of t from a standard error in every resampling, a bootstrap within the bootstrap: "
    "it was not tried, since this one holds without it."
)


def in_use(found: Mapping[str, pd.DataFrame]) -> str:
    """What the interval in use does, a point per question."""
    rejected = rejections(found["coverage"])
    inside = found["crossovers"][found["crossovers"]["interpolated"].notna()]
    shuffled = found["shuffled"][found["shuffled"]["shuffled"].str.startswith("all")]
    holm = found["families"]["any_after_holm"]
    return "\n".join(
        [
            *_covered(found["coverage"], IN_USE),
            f"- **Under no difference** its test rejects in {'; '.join(_rejects(rejected, IN_USE))}.",
            f"- **Holm** leaves a false finding in {_range(holm)} % of families of {_comparisons(found['families'])} "
            f"comparisons (wanted: at most {100 * FAMILY_ERROR:.0f} %).",
            f"- **A planted crossover** is held by its interval, which is of percentiles, in {_range(inside['covered'])} % of the "
            f"data sets (wanted: {wanted(COVERS)}).",
            f"- **With all labels shuffled** the interval of AUROC holds 0.5 in {_range(shuffled[IN_USE])} % of the runs "
            f"(wanted: at least {100 * RUNS_HOLD / RUNS:.0f} %).",
        ]
    )


def compared(found: Mapping[str, pd.DataFrame]) -> str:
    """The same of the other intervals, where they were tried."""
    rejected, shuffled = rejections(found["coverage"]), found["shuffled"]
    all_labels = shuffled[shuffled["shuffled"].str.startswith("all")]
    others = [kind for kind in found["coverage"]["interval"].unique() if kind != IN_USE]
    return "\n".join(
        [
            *(line for kind in others for line in _covered(found["coverage"], kind)),
            *(
                f"- **{kind}**, no difference: rejects in {'; '.join(_rejects(rejected, kind))}."
                for kind in others
            ),
            *(
                f"- **{kind}**, all labels shuffled: holds 0.5 in {_range(all_labels[kind])} % of the runs."
                for kind in others
                if kind in all_labels
            ),
        ]
    )


def _covered(rows: pd.DataFrame, interval: str) -> Iterator[str]:
    for studies in rows["studies"].unique():
        chosen = rows[(rows["interval"] == interval) & (rows["studies"] == studies)]
        inside = chosen["covered"].between(*COVERS)
        yield (
            f"- **{interval}**, {studies:,} studies: {inside.sum()} of {len(chosen)} settings covered in "
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


def _comparisons(families: pd.DataFrame) -> int:
    return int(families["comparisons"].iloc[0])


def _range(shares: pd.Series) -> str:
    return f"{percent(shares.min())}–{percent(shares.max())}"


def _failures(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    worst = rows.sort_values("covered", kind="stable")
    named = [f"{r.world}, {r.of}, `{r.metric}` ({percent(r.covered)})" for r in worst.itertuples()]
    return " Outside: " + "; ".join(named) + "."

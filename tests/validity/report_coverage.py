"""The page's parts on coverage and on the test of no difference."""

import pandas as pd

from tests.validity.intervals import CONFIDENCE
from tests.validity.markdown import percent, pivot, table
from tests.validity.wanted import COVERS, REJECTED, REJECTS, monte_carlo, wanted


def how_to_read() -> str:
    """What the tables of coverage hold."""
    return (
        f"Per cent of the data sets whose {100 * CONFIDENCE:.0f} % interval holds the true value; in brackets those whose interval lies "
        f"wholly above and wholly below it ({50 * (1 - CONFIDENCE):.1f} each is ideal). Bold: outside "
        f"{wanted(COVERS)}. *percentile* is `percentile_interval`; *standard error* is "
        "`interval`: ± t × the resamplings' standard deviation, on the log-odds scale between a metric's "
        "limits, on the plain scale for differences; *BCa* (jackknife over patients) is there for comparison."
    )


def coverage_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per quantity, one column per interval and size."""
    cells = rows.assign(
        cell=[
            f"{percent(r.covered, COVERS)} ({percent(r.all_above)} / {percent(r.all_below)})"
            for r in rows.itertuples()
        ],
        at=[
            f"{interval}, {studies:,}"
            for interval, studies in zip(rows["interval"], rows["studies"], strict=True)
        ],
    )
    return pivot(cells, ["world", "of", "metric"], "at", "cell")


def widths(rows: pd.DataFrame) -> str:
    """What the better coverage costs."""
    keys = ["world", "studies", "of", "metric"]
    mean = rows.pivot_table(index=keys, columns="interval", values="width")
    lines = []
    for studies in rows["studies"].unique():
        ratio = mean["standard error"] / mean["percentile"]
        ratio = ratio[ratio.index.get_level_values("studies") == studies]
        lines.append(
            f"{100 * (ratio.mean() - 1):.1f} % at {studies:,} studies (at most {100 * (ratio.max() - 1):.1f} %)"
        )
    undefined = int(rows["undefined"].sum())
    return (
        f"Mean width of the standard error interval over the percentile one's, all settings: wider by {', '.join(lines)}. "
        f"Intervals that were undefined, counted as not covering: {undefined:,} of {int(rows['datasets'].sum()):,}."
    )


def no_difference_part(rows: pd.DataFrame) -> list[str]:
    """How often a difference is found where there is none."""
    errors = [
        f"{count:,} data sets of {studies:,} studies, Monte Carlo standard error {100 * monte_carlo(REJECTED, count):.1f} points"
        for (studies, count), _ in rows.groupby(["studies", "datasets"])
    ]
    cells = rows.assign(
        cell=[percent(share, REJECTS) for share in rows["rejected"]],
        at=[f"{row.interval}, {row.studies:,}" for row in rows.itertuples()],
    )
    return [
        f"Per cent of data sets in which the {100 * CONFIDENCE:.0f} % interval of *equal* minus *weaker* leaves out zero. "
        f"Bold: outside {wanted(REJECTS)}. Data sets of their own: {'; '.join(errors)}. The two classifiers are "
        "exchangeable here; for classifiers of different law, what *better* minus *weaker* above lacks to 100 says how "
        "often the true difference is rejected.",
        table(pivot(cells, ["world", "metric"], "at", "cell")),
    ]

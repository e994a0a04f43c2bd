"""The page's parts on coverage and on the test of no difference."""

import pandas as pd

from tests.validity.coverage import rejections, widths
from tests.validity.intervals import CONFIDENCE, IN_USE
from tests.validity.markdown import percent, pivot, table
from tests.validity.wanted import COVERS, REJECTED, REJECTS, monte_carlo, wanted


def how_to_read() -> str:
    """What the tables of coverage hold."""
    return (
        f"Per cent of the data sets whose {100 * CONFIDENCE:.0f} % interval holds the true value; in brackets those whose interval lies "
        f"wholly above and wholly below it ({50 * (1 - CONFIDENCE):.1f} each is ideal). Bold: outside "
        f"{wanted(COVERS)}. *standard error* is the interval in use, of a difference `Difference.interval` with one seed."
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


def widths_part(rows: pd.DataFrame) -> str:
    """What the better coverage costs, of the rows of coverage."""
    said = [
        f"{percent(r.mean_wider)} % at {r.studies:,} studies (at most {percent(r.most_wider)} %)"
        for r in widths(rows).itertuples()
    ]
    return f"Mean width of the standard error interval over the percentile one's, all settings: wider by {', '.join(said)}."


def undefined(rows: pd.DataFrame) -> str:
    """How many intervals there were none of."""
    return (
        f"Intervals that were undefined, counted as not covering: {int(rows['undefined'].sum()):,} of "
        f"{int(rows['datasets'].sum()):,}."
    )


def no_difference_part(rows: pd.DataFrame) -> list[str]:
    """How often a difference is found where there is none, from the rows of coverage."""
    rejected = rejections(rows)
    cells = rejected.assign(
        cell=[percent(share, REJECTS) for share in rejected["rejected"]],
        at=[f"{row.interval}, {row.studies:,}" for row in rejected.itertuples()],
    )
    errors = [
        f"{100 * monte_carlo(REJECTED, count):.1f} points at {studies:,} studies"
        for (studies, count), _ in rejected.groupby(["studies", "datasets"])
    ]
    return [
        f"Per cent of data sets in which the {100 * CONFIDENCE:.0f} % interval of *equal* minus *weaker* leaves out zero; "
        "of the standard error's, that is those with p below "
        f"{1 - CONFIDENCE:.2f}. Bold: outside {wanted(REJECTS)}. The Monte Carlo standard error of a true "
        f"{100 * REJECTED:.0f} % is {', '.join(errors)}, so that a test which is right leaves that band now and then. "
        "The two classifiers are exchangeable here; for classifiers of different law, what *better* minus *weaker* above "
        "lacks to 100 says how often the true difference is rejected.",
        table(pivot(cells, ["world", "metric"], "at", "cell")),
        _where_it_fails(rejected[rejected["interval"] == IN_USE]),
    ]


def _where_it_fails(rows: pd.DataFrame) -> str:
    """In words: the settings of the interval in use that are outside, and the mean over all."""
    outside = rows[~rows["rejected"].between(*REJECTS)].sort_values("rejected")
    named = [
        f"{r.world}, `{r.metric}`, {r.studies:,} studies ({percent(r.rejected)})"
        for r in outside.itertuples()
    ]
    mean = ", ".join(
        f"{percent(found['rejected'].mean())} % at {studies:,} studies"
        for studies, found in rows.groupby("studies")
    )
    where = f" Outside {wanted(REJECTS)}: {'; '.join(named)}." if named else ""
    return f"The standard error's test rejects in {mean} on average over these settings.{where}"

"""The study's results in a few lines."""

from collections.abc import Mapping

import pandas as pd

from tests.validity.markdown import percent
from tests.validity.wanted import COVERS, REJECTED, REJECTS, monte_carlo, wanted


def in_short(found: Mapping[str, pd.DataFrame]) -> str:
    """One point per interval and size, and one per other question."""
    rows = found["coverage"]
    lines = []
    for interval in rows["interval"].unique():
        for studies in rows["studies"].unique():
            chosen = rows[(rows["interval"] == interval) & (rows["studies"] == studies)]
            inside = chosen["covered"].between(*COVERS)
            lines.append(
                f"- **{interval}**, {studies:,} studies: {inside.sum()} of {len(chosen)} settings covered in "
                f"{wanted(COVERS)} of the data sets (range {percent(chosen['covered'].min())}–"
                f"{percent(chosen['covered'].max())} %).{_failures(chosen[~inside])}"
            )
    return "\n".join([*lines, *_other_results(found)])


def _other_results(found: Mapping[str, pd.DataFrame]) -> list[str]:
    rejects = [
        f"{interval} {_range(rows['rejected'])} % at {studies:,} studies ({_outside(rows)})"
        for (interval, studies), rows in found["no_difference"].groupby(["interval", "studies"], sort=False)
    ]
    inside = found["crossovers"][found["crossovers"]["interpolated"].notna()]
    shuffled = found["shuffled"][found["shuffled"]["shuffled"].str.startswith("all")]
    return [
        f"- **Under no difference** the test rejects in: {'; '.join(rejects)}.",
        f"- **Holm** leaves a false finding in {_range(found['families']['any_after_holm'])} % of families.",
        f"- **A planted crossover** is held by its interval in {_range(inside['covered'])} % of the data sets.",
        f"- **With all labels shuffled** the interval of AUROC holds 0.5 in {_range(shuffled['percentile'])} % (percentile), "
        f"{_range(shuffled['standard error'])} % (standard error) of the runs.",
    ]


def _outside(rows: pd.DataFrame) -> str:
    """How many shares are outside what is wanted, and how many by more than chance explains."""
    error = monte_carlo(REJECTED, int(rows["datasets"].iloc[0]))
    outside = (~rows["rejected"].between(*REJECTS)).sum()
    clearly = (~rows["rejected"].between(REJECTS[0] - 2 * error, REJECTS[1] + 2 * error)).sum()
    return f"{outside} of {len(rows)} outside {wanted(REJECTS)}, {clearly} by more than two standard errors"


def _range(shares: pd.Series) -> str:
    return f"{percent(shares.min())}–{percent(shares.max())}"


def _failures(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    worst = rows.sort_values("covered")
    named = [f"{r.world}, {r.of}, `{r.metric}` ({percent(r.covered)})" for r in worst.itertuples()]
    return " Outside: " + "; ".join(named) + "."

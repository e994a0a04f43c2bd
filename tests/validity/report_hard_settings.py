"""The page's part on settings in which intervals are hard to make."""

import pandas as pd

from results.uncertainty import FEW
from tests.validity.hard_settings import BETTER, OVER_SEEDS, PAIR, QUANTITIES, SETTINGS, WEAKER, Setting
from tests.validity.markdown import percent, table
from tests.validity.wanted import HARD_COVERS, monte_carlo, wanted

_WARNED = 0.5  # a setting is one with the warning where most of its data sets have it


def hard_settings_part(rows: pd.DataFrame) -> list[str]:
    """Coverage of single cells and differences, and which settings carry the warning."""
    datasets = int(rows["datasets"].iloc[0])
    return [
        f"The world *as MURA* with {Setting.prevalence:.0%} abnormal studies where nothing else is said; patients of the rarer label "
        "on average in the table. "
        f"*{WEAKER}* and *{BETTER}*: one network's metric (`results.uncertainty.interval`); *{PAIR}* and *{OVER_SEEDS}*: their "
        "difference (`Difference.interval`), of networks that differ in their noise, not in their true values. Per cent of "
        f"the {datasets:,} data sets whose interval, if there is one, holds the true value; in brackets those wholly above and "
        f"wholly below it. Bold: outside {wanted(HARD_COVERS)} (Monte Carlo standard error of a true 95 %: "
        f"{100 * monte_carlo(0.95, datasets):.1f} points).",
        table(_shown(rows)),
        f"With fewer than {FEW} patients of the rarer label (`results.uncertainty.FEW`) the project warns beside the interval: "
        "*warned* is the share of the data sets. A value on a limit (a sensitivity of 1), and a difference without any "
        "spread (no patient tells the two methods apart), have the bound of the rule of three (Hanley and Lippman-Hand 1983).",
    ]


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `inside` (coverage as wanted) and `warning` (most data sets carry it)."""
    return rows.assign(inside=rows["covered"].between(*HARD_COVERS), warning=rows["warned"] > _WARNED)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    lines = []
    for (name, metric), group in rows.groupby(["setting", "metric"], sort=False):
        found = group.set_index("of")
        lines.append(
            {
                "setting": name,
                "patients": SETTINGS[str(name)].world(1).patients(SETTINGS[str(name)].studies),
                "of the rarer label": f"{found['fewest'].iloc[0]:.1f}",
                "warned": percent(found["warned"].iloc[0]),
                "metric": metric,
                "true values": f"{found.loc[WEAKER, 'true']:.3f}, {found.loc[BETTER, 'true']:.3f}",
                **{of: _cell(found.loc[of]) for of in QUANTITIES},
                "no interval": percent(found["undefined"].max()),
            }
        )
    return pd.DataFrame(lines)


def _cell(row: "pd.Series[float]") -> str:
    covered = percent(row["covered"], HARD_COVERS)
    return f"{covered} ({percent(row['all_above'])} / {percent(row['all_below'])})"

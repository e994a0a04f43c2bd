"""The page's part on settings in which intervals are hard to make."""

import pandas as pd

from results.uncertainty import FEW, NEAR_LIMIT
from tests.validity.hard_settings import BETTER, OVER_SEEDS, PAIR, QUANTITIES, SETTINGS, WEAKER, Setting
from tests.validity.markdown import percent, table
from tests.validity.wanted import HARD_COVERS, monte_carlo, wanted

_WARNED = 0.5  # an interval is one with the warning where most of the data sets have it


def hard_settings_part(rows: pd.DataFrame) -> list[str]:
    """Coverage of single cells and differences, and where the warning stands."""
    datasets = int(rows["datasets"].iloc[0])
    return [
        f"The world *as MURA* with {100 * Setting.prevalence:.0f} % abnormal studies where nothing else is said. "
        f"*{WEAKER}* and *{BETTER}*: one network's metric (`results.uncertainty.interval`); *{PAIR}* and *{OVER_SEEDS}*: the "
        "difference of both methods (`Difference.interval`), whose networks differ in their noise, not in their true values. Per cent of "
        f"the {datasets:,} data sets whose interval, if there is one, holds the true value; in brackets those wholly above and "
        "wholly below it; then the share that carries the warning. Bold: outside "
        f"{wanted(HARD_COVERS)} and warned of in less than half of the data sets (Monte Carlo standard error of a true 95 %: "
        f"{100 * monte_carlo(0.95, datasets):.1f} points).",
        table(_shown(rows)),
        f"The warning (`results.uncertainty.warning`) stands beside an interval with fewer than {FEW} patients of the rarer label, and "
        f"beside one of a value that lacks less than {NEAR_LIMIT:g} of those patients to the metric's limit (AUROC: patients × (1 − AUROC) "
        f"below {NEAR_LIMIT:g}); beside a difference where it stands beside a side. A value on a limit (a sensitivity of 1), and "
        "a difference without any spread (no patient tells the two methods apart), have the bound of the rule of three (Hanley "
        "and Lippman-Hand 1983).",
    ]


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `inside` (coverage as wanted) and `warning` (most data sets carry it)."""
    return rows.assign(inside=rows["covered"].between(*HARD_COVERS), warning=rows["warned"] > _WARNED)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    lines = []
    for (name, metric), group in judged(rows).groupby(["setting", "metric"], sort=False):
        found = group.set_index("of")
        setting = SETTINGS[str(name)]
        lines.append(
            {
                "setting": name,
                "patients, of the rarer label": f"{setting.world(1).patients(setting.studies)}, {found['fewest'].iloc[0]:.1f}",
                "metric": metric,
                "true values": f"{found.loc[WEAKER, 'true']:.3f}, {found.loc[BETTER, 'true']:.3f}",
                **{of: _cell(found.loc[of]) for of in QUANTITIES},
                "no interval, at most": percent(found["undefined"].max()),
            }
        )
    return pd.DataFrame(lines)


def _cell(row: "pd.Series[float]") -> str:
    covered = percent(row["covered"], None if row["warning"] else HARD_COVERS)
    return f"{covered} ({percent(row['all_above'])} / {percent(row['all_below'])}), {100 * row['warned']:.0f}"

"""The page's part on groups of patients: interactions, and hardware in half of the positives."""

import pandas as pd

from results.uncertainty import FEW
from tests.validity.interactions import (
    DIFFERENCE,
    DRAWS,
    HARDER,
    HARDWARE,
    LEVEL,
    PLANTED,
    SHORTCUT,
)
from tests.validity.markdown import percent, table
from tests.validity.wanted import AT_LEAST, ERROR, monte_carlo


def interactions_part(rows: pd.DataFrame, hardware: pd.DataFrame) -> list[str]:
    """How often groups are said to differ, where they do not and where they do."""
    none = rows["planted"] == 0
    limits = [(0.0, ERROR) if equal else None for equal in none]
    shown = {
        "groups": rows["setting"],
        "studies": rows["studies"].map("{:,}".format),
        "seeds": rows["seeds"],
        "SD over training sets": rows["training"].map("{:g}".format),
        "planted": rows["planted"].map("{:g}".format),
        "tested": rows["tested"].map(percent),
        "said to differ": [percent(share, own) for share, own in zip(rows["found"], limits, strict=True)],
        "interval holds": [_held(share) for share in rows["holds"]],
    }
    count, fewer = int(rows["datasets"].max()), int(rows["datasets"].min())
    sets = int(hardware["datasets"].iloc[0])
    return [
        f"Fine-tuned minus frozen by AUROC, truly {DIFFERENCE} in every group; *planted* is what it is more in the last one. In *one is harder* both methods have "
        f"{HARDER} less AUROC there. Networks of all seeds have a true AUROC of their own in each group. {count:,} data sets per setting ({fewer:,} where a difference is planted), "
        f"{DRAWS} resamplings. Per cent of data sets with two groups of {FEW} patients of either label or more (*tested*), in which `results.by_group.interaction` "
        f"finds a difference at {LEVEL} (*said to differ*; wanted without a planted one: at most {100 * ERROR:.0f} %, bold above; Monte Carlo standard error "
        f"{100 * monte_carlo(ERROR, count):.1f} points), and, of two groups, in which the 95 % interval of the difference of differences holds the truth (bold below "
        f"{100 * AT_LEAST:.0f} %).",
        table(pd.DataFrame(shown)),
        f"**Hardware** is in {100 * HARDWARE[1]:.0f} % of the abnormal and {100 * HARDWARE[0]:.0f} % of the normal studies; a fine-tuned network adds {SHORTCUT} to the log odds where it sees hardware, "
        f"and is else as good as the frozen one. {sets:,} data sets of 1,200 studies. Per cent in which the verdict is *fine-tune* over all studies, which is so, and in a group (with hardware, or "
        f"without), where it is not (wanted: at most {100 * ERROR:.0f} %), and in which the groups are said to differ, which they do not.",
        table(_hardware(hardware)),
    ]


def interactions_in_short(rows: pd.DataFrame, hardware: pd.DataFrame) -> str:
    """The part in a line."""
    none, planted = rows[rows["planted"] == 0]["found"], rows[rows["planted"] > 0]["found"]
    where = f", and where a difference of {PLANTED} is planted in {_range(planted)}" if len(planted) else ""
    return (
        f"**Groups of patients** in which the methods differ by the same are said to differ in {_range(none)} of the data sets (wanted: at most "
        f"{100 * ERROR:.0f} %){where}. With hardware in half of the "
        f"positives, the verdict is *fine-tune* over all studies in {_range(hardware['overall'])}, and in a group in {_range(hardware['in_a_group'])}."
    )


def _hardware(rows: pd.DataFrame) -> pd.DataFrame:
    limits = (0.0, ERROR)
    shown = {
        "seeds": rows["seeds"],
        "fine-tune, all studies": rows["overall"].map(percent),
        "fine-tune, in a group": [percent(share, limits) for share in rows["in_a_group"]],
        "groups differ": [percent(share, limits) for share in rows["found"]],
        "mean difference, all": rows["difference"].map("{:+.3f}".format),
        "without hardware": rows["without"].map("{:+.3f}".format),
        "with": rows["with"].map("{:+.3f}".format),
    }
    return pd.DataFrame(shown)


def _held(share: float) -> str:
    return "—" if pd.isna(share) else percent(share, (AT_LEAST, 1.0))


def _range(shares: pd.Series) -> str:
    return f"{100 * shares.min():.1f}–{100 * shares.max():.1f} %"

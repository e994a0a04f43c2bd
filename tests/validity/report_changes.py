"""The page's part on other hospitals: coverage of the difference of differences, and what is said of it."""

import pandas as pd

from tests.validity.changes import (
    AT_HOME,
    CARRIED,
    CHANGES,
    FEWEST,
    FROZEN,
    FROZEN_AWAY,
    LEVEL,
    SEEDS,
    SHARES,
    ideal,
    ideal_satterthwaite,
    widened,
)
from tests.validity.markdown import percent, table
from tests.validity.resampling import FEWER
from tests.validity.wanted import AT_LEAST, COVERS, ERROR, FEW_SEEDS, monte_carlo, wanted


def changes_part(rows: pd.DataFrame) -> list[str]:
    """Everything on the simulated changes."""
    return [
        _design(rows),
        _in_words(rows),
        table(_table(rows)),
        "*covered*: the 95 % interval of the change holds the true one; bold: below "
        f"{100 * AT_LEAST:.0f} %, or from {FEW_SEEDS} seeds on outside {wanted(COVERS)}. *p ≤ {LEVEL:g}*: the test of no change rejects, which without a "
        f'change is an error; bold: above {100 * ERROR:.0f} %. *more for freeze*: the verdict on the change. *flips*: "fine-tune" at home and "freeze" away, from each '
        "set alone. Per cent of the data sets, of one comparison, not adjusted for others.",
        *_bound(),
    ]


def _bound() -> list[str]:
    """Why the interval is not narrower: what the rule itself covers in an ideal world."""
    seeds, few = (*SEEDS, 10), SEEDS[0]
    lowest, share = min((ideal_satterthwaite(few, share), share) for share in SHARES)
    rows = [
        {"share that seeds show": f"{one:g}"}
        | {
            f"{count} seeds, {what}": percent(ideal(count, one, training=training))
            for count in seeds
            for what, training in (("training", True), ("patients", False))
        }
        for one in SHARES
    ]
    return [
        "**What bounds it.** Where all is normal and the patients' part of the variance is known, the rule covers what this table says, by the share of the variance that the "
        "spread of the seeds shows: because training subsets differ (*training*), or because one method's networks differ on the same patients (*patients*). Each part has its own t, and both are "
        "seldom too small at once, so that it is wider than it must be wherever both are there. With three seeds t is 4.3 for a part of which three numbers cannot show that it is small. In the columns *patients* it is "
        "besides never narrower than for these trained networks alone. "
        f"Satterthwaite's degrees of freedom for both parts together would be narrower and cover {percent(lowest)} % at {few} seeds and a share of {share:g}, below {100 * AT_LEAST:.0f} %. So the rule, which is that of every "
        f"difference, stays. The smaller set's degrees of freedom for both sets widen the patients' part by {100 * widened(FEWEST, 3 * FEWEST):.1f} % where home has three times as many patients.",
        table(pd.DataFrame(rows)),
    ]


def too_wide(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether the interval holds the truth more often than it should, from FEW_SEEDS seeds on."""
    return (rows["seeds"] >= FEW_SEEDS) & (rows["covered"] > COVERS[1])


def _in_words(rows: pd.DataFrame) -> str:
    many = rows[rows["seeds"] >= FEW_SEEDS]
    none = rows[rows["change"] == 0]
    return (
        f"The interval holds the true change in {percent(rows['covered'].min())} to {percent(rows['covered'].max())} % of the data sets. With {FEW_SEEDS} seeds it is too "
        f"wide (above {100 * COVERS[1]:.0f} %) in {too_wide(many).sum()} of {len(many)} settings, and too narrow in {(many['covered'] < COVERS[0]).sum()}: it errs on the careful side. "
        f"Without a change the test rejects in {percent(none['p_significant'].min())} to {percent(none['p_significant'].max())} %."
    )


def _design(rows: pd.DataFrame) -> str:
    count = int(rows["datasets"].iloc[0])
    return (
        "Each seed's frozen and fine-tuned network is tested at home and on another set. In the world *as MURA*, fine-tuned is truly better by "
        f"{AT_HOME:g} at home; the true change is {' or '.join(f'{change:g}' for change in CHANGES)}, so that with the second fine-tuning wins at home and loses away. The frozen "
        f"networks' expected AUROC is {FROZEN:g} at home and {FROZEN_AWAY:g} away. A network's luck with its training subset at home and away correlates by {CARRIED:g}. "
        f"{count:,} data sets per setting (Monte Carlo standard error of a true 95 %: {100 * monte_carlo(0.95, count):.1f} points), {FEWER} resamplings each. *Same patients*: the other set is made "
        "of the test images of home, as a corruption is."
    )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "studies at home": rows["home"].map("{:,}".format),
            "away": [f"{r.away:,}{', same patients' if r.same_patients else ''}" for r in rows.itertuples()],
            "SD": rows["sd"].map("{:g}".format),
            "true change": rows["change"].map("{:g}".format),
            "seeds": rows["seeds"],
            "covered": [
                percent(r.covered, (AT_LEAST, COVERS[1] if r.seeds >= FEW_SEEDS else 1.0))
                for r in rows.itertuples()
            ],
            "width": rows["width"].map("{:.3f}".format),
            f"p ≤ {LEVEL:g}": [
                percent(r.p_significant, (0, ERROR) if r.change == 0 else None) for r in rows.itertuples()
            ],
            "more for freeze": rows["freeze"].map(percent),
            "flips": rows["flips"].map(percent),
        }
    )

"""The page's parts on body parts together, and on zones of training sizes."""

import pandas as pd

from tests.validity.markdown import percent, table
from tests.validity.parts import DRAWS, LEVEL, OWN, PARTS, PATIENTS, TEST
from tests.validity.wanted import AT_LEAST, ERROR, REJECTS, monte_carlo, wanted
from tests.validity.zones import CROSSING, PLANTED, SIZES

_HELD = (AT_LEAST, 1.0)


def parts_part(rows: pd.DataFrame) -> list[str]:
    """How often noise is called a difference of parts, and whether the intervals hold."""
    tests = {
        "test_error_rejects": "Q, error over test patients",
        "q_rejects": "Q, whole error",
        "welch_rejects": "Welch (in use)",
    }
    equal = rows[rows["between_parts"] == 0]
    limits = {name: (REJECTS if name == "welch_rejects" else None) for name in tests}
    rejected = _settings(equal) | {
        title: [percent(share, limits[name]) for share in equal[name]] for name, title in tests.items()
    }
    bounds = {
        "mean_holds": "mean over parts",
        "new_part_holds": "another part",
        "part_holds": "a part alone",
        "shrunken_holds": "a part with the others",
    }
    held = {"SD over parts": rows["between_parts"].map("{:g}".format)} | _settings(rows)
    held |= {title: [percent(share, _HELD) for share in rows[name]] for name, title in bounds.items()}
    held |= {"width with the others / alone": rows["shrunken_width"].map("{:.2f}".format)}
    count = int(rows["datasets"].iloc[0])
    return [
        f"Differences of {PARTS} body parts, {count:,} data sets per setting. The standard error over test patients is {TEST} for what all "
        f"seeds share and {OWN} for what each has of its own, on {PATIENTS} patients of the rarer label; {DRAWS} resamplings. Training sets "
        "add noise with the standard deviation in the table.",
        f"**Parts that are equal**: per cent of data sets in which a test at {LEVEL} says that they differ (wanted of the test in use: "
        f"{wanted(REJECTS)}; Monte Carlo standard error {100 * monte_carlo(LEVEL, count):.1f} points). Cochran's Q with errors over test patients alone calls "
        "training noise a difference; with the whole error it still does where few seeds leave the error uncertain, which Welch's test allows for.",
        table(pd.DataFrame(rejected)),
        f"**95 % intervals**: per cent that holds the truth (bold: below {100 * AT_LEAST:.0f} %). The mean's is that of Hartung, Knapp, Sidik "
        "and Jonkman, not narrower than that of a common effect; that of another part is the one of Higgins et al. (2009), which is "
        "known to hold too rarely with few parts; with the others: Morris's (1983) empirical Bayes intervals.",
        table(pd.DataFrame(held)),
    ]


def zones_part(rows: pd.DataFrame) -> list[str]:
    """How often a zone names the wrong side."""
    shown = {
        "planted": rows["planted"],
        **_settings(rows),
        "a wrong zone": [percent(share, (0, ERROR)) for share in rows["wrong"]],
        "undecided": rows["undecided"].map(percent),
    }
    slope = next(slope for slope in PLANTED.values() if slope)
    count = int(rows["datasets"].iloc[0])
    return [
        f"Zones of {', '.join(f'{size:,}' for size in SIZES)} images, with the noise of the section before, half of a seed's training "
        f"noise being the same at all sizes. *Crosses*: the true difference is 0 at {CROSSING:,.0f} images and grows by {slope} per factor of ten. "
        f"Per cent of {count:,} data sets in which any zone calls a side better at a size where it is not (wanted: at most {100 * ERROR:.0f} %; Monte "
        f"Carlo standard error {100 * monte_carlo(ERROR, count):.1f} points), and the share of the measured range (over log size) that is undecided.",
        table(pd.DataFrame(shown)),
    ]


def _settings(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {"seeds": rows["seeds"], "SD over training sets": rows["training"].map("{:g}".format)}

"""The page's part on another training set: coverage, verdicts and their errors."""

import pandas as pd

from tests.validity.markdown import percent, pivot, table
from tests.validity.resampling import FEWER
from tests.validity.training_sets import FROZEN, LEVEL, MARGIN, SEEDS, SHARED, WITHIN
from tests.validity.wanted import AT_LEAST, COVERS, ERROR, FEW_SEEDS, WRONG_DIRECTION, monte_carlo, wanted

_SETTING = ["studies", "sd", "seeds"]


def training_sets_part(rows: pd.DataFrame) -> list[str]:
    """Everything on the simulated training sets."""
    largest = rows["difference"].max()
    return [
        _design(rows),
        "### Coverage of the 95 % interval of the difference",
        f"Per cent of the data sets. Bold: below {100 * AT_LEAST:.0f} %, or from {FEW_SEEDS} seeds on outside "
        f"{wanted(COVERS)}. In brackets the former rule: the interval of the mean over seeds, over test patients alone.",
        "Both methods truly equal in expectation:",
        table(coverage_over_seeds(rows[rows["difference"] == 0])),
        f"Fine-tuned truly better by {largest:g}:",
        table(coverage_over_seeds(rows[rows["difference"] == largest])),
        _one_seed(rows),
        "### Resampled draws of seeds and patients",
        "The same for the percentile interval of `Estimate.drawn`, the two-way draws from which crossovers and curve "
        "fits get their intervals (both methods truly equal):",
        table(_wide(rows[rows["difference"] == 0], [percent(r) for r in _of(rows, 0, "drawn_covered")])),
        "### Verdicts",
        f"Per cent of the data sets with each verdict of one comparison at level {LEVEL:g} with the margin {MARGIN:g}, not "
        "adjusted for others; in brackets that of the former rule (whose interval left out zero).",
        *(
            part
            for difference in rows["difference"].unique()
            for part in (
                f"True difference {difference:g}:",
                table(_verdicts(rows[rows["difference"] == difference])),
            )
        ),
        "### Errors of each test",
        _how_errors_are_read(rows),
        table(_errors(rows)),
        "### The parts of the variance",
        "Root mean square of the estimated standard deviation of one seed's difference over training subsets, beside the true "
        "one, and the mean difference that would be found with 80 % power (`detectable`).",
        table(_parts(rows)),
    ]


def covered_as_wanted(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each setting with several seeds is covered as it should be."""
    many = rows["seeds"] >= FEW_SEEDS
    return (rows["covered"] >= AT_LEAST) & (~many | (rows["covered"] <= COVERS[1]))


def errors_of(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per studies, SD and number of seeds (several): the share of each error."""
    several = rows[rows["seeds"] > 1].set_index([*_SETTING, "difference"])
    none, margin, largest = (
        several.xs(value, level="difference") for value in (0.0, MARGIN, rows["difference"].max())
    )
    return pd.DataFrame(
        {
            "difference": none["p_significant"],
            "equivalence": margin["p_equal_significant"],
            "non-inferiority": margin["p_not_worse_significant"],
            "wrong direction": margin["freeze"].combine(largest["freeze"], max),
            "datasets": none["datasets"],
        }
    ).reset_index()


def _design(rows: pd.DataFrame) -> str:
    counts = ", ".join(
        f"{n:,} of {studies:,} studies" for studies, n in rows.groupby("studies")["datasets"].first().items()
    )
    errors = ", ".join(
        f"{100 * monte_carlo(0.95, n):.1f} points" for n in rows.groupby("studies")["datasets"].first()
    )
    return (
        "The claim is about methods, so each data set has new test patients *and* new training subsets. In the world *as MURA* each "
        "seed's network has a true AUROC of its own: drawn from a beta distribution with the standard deviation (SD) of the tables, "
        f"on each side, around {FROZEN:g} (frozen) and {FROZEN:g} plus the true difference (fine-tuned); the network's "
        "separation is the one with that AUROC in a large population. The effects of patients, studies and views on two "
        f"networks correlate by {SHARED:g} between the methods and by {SHARED + WITHIN:g} between two seeds of one method. "
        f"Data sets: {counts} (Monte Carlo standard error of a true 95 %: {errors}), {FEWER} resamplings each. "
        f"{', '.join(map(str, SEEDS[1:-1]))} and {SEEDS[-1]} seeds are the first ones of the same networks."
    )


def coverage_over_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per SD, one column per number of studies and seeds: coverage now, and by the former rule."""
    several = rows[rows["seeds"] > 1]
    cells = [
        f"{percent(r.covered) if fine else f'**{percent(r.covered)}**'} ({percent(r.former_covered)})"
        for r, fine in zip(several.itertuples(), covered_as_wanted(several), strict=True)
    ]
    return _wide(several, cells)


def _of(rows: pd.DataFrame, difference: float, column: str) -> "pd.Series[float]":
    return rows.loc[(rows["difference"] == difference) & (rows["seeds"] > 1), column]


def _wide(rows: pd.DataFrame, cells: list[str]) -> pd.DataFrame:
    several = rows[rows["seeds"] > 1]
    at = [f"{r.studies:,} studies, {r.seeds} seeds" for r in several.itertuples()]
    shown = several.assign(cell=cells, at=at, sd=several["sd"].map("{:g}".format))
    return pivot(shown, ["sd"], "at", "cell").rename(columns={"sd": "SD over training subsets"})


def _one_seed(rows: pd.DataFrame) -> str:
    one = rows[(rows["seeds"] == 1) & (rows["difference"] == 0)]
    said = "; ".join(
        f"{studies:,} studies: {', '.join(percent(r.covered) + f' at SD {r.sd:g}' for r in group.itertuples())}"
        for studies, group in one.groupby("studies")
    )
    return (
        "With one seed nothing shows how training subsets vary, and no claim about methods is made: the verdict is *one trained pair* in "
        f"{percent(one['one_pair'].mean())} % of the data sets. The interval then speaks of these two networks; it holds the "
        f"methods' difference in ({said}) per cent."
    )


def _verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    several = rows[rows["seeds"] > 1]
    return pd.DataFrame(
        {
            "studies": several["studies"].map("{:,}".format),
            "SD": several["sd"].map("{:g}".format),
            "seeds": several["seeds"],
            "fine-tune": _beside(several, "fine_tune"),
            "freeze": _beside(several, "freeze"),
            "equal": several["equal"].map(percent),
            "undecided": several["undecided"].map(percent),
        }
    )


def _beside(rows: pd.DataFrame, verdict: str) -> list[str]:
    pairs = zip(rows[verdict], rows[f"former_{verdict}"], strict=True)
    return [f"{percent(now)} ({percent(former)})" for now, former in pairs]


def _how_errors_are_read(rows: pd.DataFrame) -> str:
    counts = rows.groupby("studies")["datasets"].first()
    errors = ", ".join(
        f"{100 * monte_carlo(ERROR, n):.1f} at {studies:,} studies" for studies, n in counts.items()
    )
    return (
        '*difference*: p ≤ 0.05 though the methods are equal. *equivalence*: "equal" though they differ by exactly the margin. '
        '*non-inferiority*: "freezing is worse by less than the margin" though it is worse by exactly the margin. *wrong '
        'direction*: "freeze" though fine-tuned is better (the larger share of both true differences). Per cent; bold: above '
        f"{100 * ERROR:.0f}, or {100 * WRONG_DIRECTION:.0f} for the direction. Monte Carlo standard error of a true "
        f"{100 * ERROR:.0f} %, in points: {errors}."
    )


def _errors(rows: pd.DataFrame) -> pd.DataFrame:
    found = errors_of(rows)
    limits = {
        "difference": ERROR,
        "equivalence": ERROR,
        "non-inferiority": ERROR,
        "wrong direction": WRONG_DIRECTION,
    }
    shown = {name: [percent(share, (0, limit)) for share in found[name]] for name, limit in limits.items()}
    return pd.DataFrame(
        {
            "studies": found["studies"].map("{:,}".format),
            "SD": found["sd"].map("{:g}".format),
            "seeds": found["seeds"],
            **shown,
        }
    )


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    equal = rows[(rows["difference"] == 0) & (rows["seeds"] > 1)]
    return pd.DataFrame(
        {
            "studies": equal["studies"].map("{:,}".format),
            "SD of each side": equal["sd"].map("{:g}".format),
            "seeds": equal["seeds"],
            "true training SD of the difference": (2**0.5 * equal["sd"]).map("{:.4f}".format),
            "estimated": equal["training_sd"].map("{:.4f}".format),
            "detectable": equal["detectable"].map("{:.3f}".format),
        }
    )

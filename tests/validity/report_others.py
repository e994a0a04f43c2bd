"""The page's parts on families, crossovers, shuffled labels and the other metrics."""

import pandas as pd
from scipy.stats import binom

from tests.validity.crossovers import PLANTED, SIZES
from tests.validity.families import FAMILIES, LEVEL, SEEDS
from tests.validity.intervals import CONFIDENCE
from tests.validity.markdown import percent, pivot, table
from tests.validity.shuffled import STUDIES
from tests.validity.wanted import COVERS, FAMILY_ERROR, RUNS, RUNS_HOLD, monte_carlo, wanted


def families_part(rows: pd.DataFrame) -> list[str]:
    """Errors and findings of families of comparisons."""
    kinds = {"unadjusted": "unadjusted", "holm": "Holm", "gated": "`all` first"}
    shown = pd.DataFrame(
        {
            "family": rows["family"],
            "comparisons": rows["comparisons"],
            "true differences": rows["true"],
            "p ≤ 0.05 without a difference": rows["one"].map(percent),
            **{
                f"any false finding, {said}": [
                    percent(share, (0, FAMILY_ERROR) if kind != "unadjusted" else None)
                    for share in rows[f"any_{kind}"]
                ]
                for kind, said in kinds.items()
            },
            **{
                f"found of the true, {said}": [
                    "—" if pd.isna(share) else percent(share) for share in rows[f"found_{kind}"]
                ]
                for kind, said in kinds.items()
            },
        }
    )
    return [
        f"Comparisons of fine-tuned with frozen by AUROC, {SEEDS} seeds each, whose networks have a true AUROC of their own (SD about .01 on each "
        "side). p is `Difference.p`. Per cent of the families with any false finding, and of the true differences that are found: "
        "unadjusted, after Holm's adjustment, and by `results.families.adjusted` with `all` before its body parts at each size "
        "(the inheritance procedure; without parts it is Holm's). Bold: "
        f"above {100 * FAMILY_ERROR:.0f} %. Monte Carlo standard error of a true {100 * LEVEL:.0f} %: {_errors_of(rows)}. "
        f"Body parts have patients of their own, {FAMILIES[rows['family'].iloc[0]].studies} studies each, and the same networks; `all` "
        "is all of their studies together. Noise is shared among all networks of a test set, more within one backbone and strategy.",
        table(shown),
        f"With {SEEDS} seeds few differences are found after an adjustment: Student's t has {SEEDS - 1} degrees of freedom for the part of the seeds, "
        "and its quantile at a small level is large; each further seed raises them.",
    ]


def _errors_of(rows: pd.DataFrame) -> str:
    said = [f"{100 * monte_carlo(LEVEL, n):.1f} points of {n:,} families" for n in rows["datasets"].unique()]
    return ", ".join(said)


def crossovers_part(rows: pd.DataFrame) -> list[str]:
    """Planted crossovers and what was found."""
    shown = pd.DataFrame(
        {
            "planted": rows["planted"],
            "truly equal at (images)": rows["at"].map("{:,}".format),
            "interpolated truth": [_images(value) for value in rows["interpolated"]],
            "studies": rows["studies"].map("{:,}".format),
            "crossed": rows["crossed"].map(percent),
            "always fine-tuned": rows["always fine-tuned"].map(percent),
            "beyond the data": rows["beyond the data"].map(percent),
            "median of the crossed": [_images(value) for value in rows["median"]],
            "interval holds the truth": [percent(share, COVERS) for share in rows["covered"]],
            "interval open at an end": rows["open"].map(percent),
        }
    )
    return [
        f"Learning curves of AUROC at {', '.join(f'{size:,}' for size in SIZES)} images: the frozen one rises slowly, the "
        "fine-tuned one faster (per factor of ten its separation grows more by "
        f"{', '.join(f'{slope} where {name}' for name, (_, slope) in PLANTED.items())}), so that they are "
        f"equal at a known size. {int(rows['datasets'].iloc[0]):,} data sets each; shares in per cent. *Interpolated truth* is what a straight "
        "line over log(size) between the sizes makes of the true differences.",
        table(shown),
        "Intervals that are open at an end say less, and so hold more than 95 % of the time. Only the test patients vary "
        "here; the networks and training subsets do not.",
    ]


def _images(value: float) -> str:
    return "—" if pd.isna(value) else f"{value:,.0f}"


def shuffled_part(rows: pd.DataFrame) -> list[str]:
    """Whether 0.5 is held."""
    shown = pd.DataFrame(
        {
            "predictions": rows["predictions"],
            "labels shuffled": rows["shuffled"],
            "runs": rows["datasets"],
            "mean AUROC": rows["value"].map("{:.3f}".format),
            "mean distance from 0.5": rows["spread"].map("{:.3f}".format),
            "percentile holds 0.5": rows["percentile"].map(percent),
            "standard error holds 0.5": rows["standard error"].map(percent),
        }
    )
    chance = binom.sf(RUNS_HOLD - 1, RUNS, CONFIDENCE)
    return [
        f"Per cent of runs, each with about {STUDIES} test studies, whose interval of AUROC holds 0.5. What is "
        "trained is the project's own code, on as many patients, none of them tested.",
        table(shown),
        "Shuffling the training labels alone is no control of the intervals: a classifier that learned noise is still a direction in "
        "the embedding, and any direction ranks true test labels better or worse than chance when the label "
        "shows in the embedding. Its AUROC is truly not 0.5, though it is on average over runs. So the grid's control `shuffled_labels` shuffles all labels, before "
        "training and testing. And a right interval holds 0.5 in at least "
        f"{RUNS_HOLD} of {RUNS} runs only with probability {chance:.2f}, so more runs are made here.",
    ]


def every_metric_part(rows: pd.DataFrame) -> list[str]:
    """Coverage of all metrics, and which are biased."""
    shown = rows.assign(
        cell=[percent(covered, COVERS) for covered in rows["covered"]],
        at=[f"per {r.unit}, {r.studies:,}: {r.interval}" for r in rows.itertuples()],
    )
    smallest = rows[(rows["studies"] == rows["studies"].min()) & (rows["interval"] == "percentile")]
    biased = smallest[smallest["bias_over_spread"].abs() > 0.5]
    said = [
        f"{r.metric} per {r.unit} (true {r.true:.3f}, on average {r.true + r.bias:.3f})"
        for r in biased.itertuples()
    ]
    return [
        f"The world *as MURA*, classifier *weaker*, {int(rows['datasets'].iloc[0]):,} data sets each; per cent covered, bold outside "
        f"{wanted(COVERS)}. Biased by more than half its own spread at "
        f"{int(rows['studies'].min()):,} studies: {'; '.join(said) or 'none'}. An interval around a biased value does not hold the "
        "true one; that of the calibration error is no confidence interval and shrinks to the truth only with more studies.",
        table(pivot(shown, ["metric"], "at", "cell")),
    ]

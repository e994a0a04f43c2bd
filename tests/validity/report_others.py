"""The page's parts on families, crossovers, shuffled labels and the other metrics."""

import pandas as pd
from scipy.stats import binom

from tests.validity.crossovers import PLANTED, SIZES
from tests.validity.families import LEVEL
from tests.validity.intervals import CONFIDENCE
from tests.validity.markdown import percent, pivot, table
from tests.validity.resampling import RESAMPLES
from tests.validity.shuffled import STUDIES
from tests.validity.wanted import COVERS, FAMILY_ERROR, RUNS, RUNS_HOLD, monte_carlo, wanted


def families_part(rows: pd.DataFrame) -> list[str]:
    """Error of families of comparisons."""
    comparisons = int(rows["comparisons"].iloc[0])
    shown = pd.DataFrame(
        {
            "family": rows["family"],
            "studies": rows["studies"].map("{:,}".format),
            "families": rows["datasets"],
            "metric": rows["metric"],
            "mean correlation": rows["correlation"].map("{:.2f}".format),
            "one comparison": rows["one"].map(percent),
            "any of the family": rows["any"].map(percent),
            "any after Holm": [percent(share, (0, FAMILY_ERROR)) for share in rows["any_after_holm"]],
        }
    )
    return [
        f"{comparisons} comparisons of fine-tuned with frozen, none of which truly differ: per cent of p-values at most "
        f"{LEVEL}, of families with any, and of families with any after Holm's adjustment (bold: above {100 * FAMILY_ERROR:.0f} %). "
        f"Monte Carlo standard error of a true {100 * LEVEL:.0f} %: {_errors_of(rows)}. "
        "Noise is shared among all classifiers of a test set, more among the sizes of one backbone and strategy; body parts "
        "have patients of their own. p is `p_value`, from the standard error and Student's t: unlike a share of "
        f"{RESAMPLES:,} resamplings, which cannot be below {2 / (RESAMPLES + 1):.4f}, it becomes as small as a family of any "
        "number of comparisons needs.",
        table(shown),
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

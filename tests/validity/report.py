"""The page that says what the simulation study found, every number from its rows."""

from collections.abc import Mapping

import pandas as pd

from tests.validity.in_short import OF_CELLS, OF_METHODS, WHY, compared, holds, rules
from tests.validity.intervals import CONFIDENCE
from tests.validity.markdown import pivot, table
from tests.validity.report_changes import changes_part
from tests.validity.report_coverage import (
    coverage_table,
    how_to_read,
    no_difference_part,
    undefined,
    widths_part,
)
from tests.validity.report_hard_settings import hard_settings_part
from tests.validity.report_interactions import interactions_part
from tests.validity.report_others import crossovers_part, every_metric_part, families_part, shuffled_part
from tests.validity.report_parts import parts_part, zones_part
from tests.validity.report_training_sets import training_sets_part
from tests.validity.resampling import FEWER, RESAMPLES
from tests.validity.simulation import VIEWS, World
from tests.validity.wanted import monte_carlo
from tests.validity.worlds import POPULATION, THRESHOLD, WORLDS

CHECKED = (
    "`make test` compares each metric with scikit-learn's to 1e-12, with whole and real weights too "
    "(`tests/results/test_metrics.py`), DeLong's test with a plain version over all pairs of studies, and McNemar's with "
    "scipy's binomial and chi-squared distributions (`tests/results/test_significance.py`), and this page with the kept rows "
    "(`tests/validity/test_study.py`)."
)
LIMITS = (
    "- The simulated training subsets differ in one number, the network's true AUROC, with a beta distribution. Where all seeds have "
    "the same training images (`full`), the spread of the seeds shows less than other images would, and no interval here covers that.\n"
    "- Nothing says whether other hospitals' patients are like these.\n"
    "- The threshold is fixed. One chosen on the test set would make every interval at it too good.\n"
    "- The effects are normal on the log-odds scale and equally large for all patients; patients are independent of each other."
)


def page(found: Mapping[str, pd.DataFrame]) -> str:
    """docs/validity.md from the rows of each section."""
    single = found["coverage"][~found["coverage"]["of"].str.contains("−")]
    differences = found["coverage"][found["coverage"]["of"].str.contains("−")]
    parts = [
        *_introduction(),
        "## The rules",
        OF_METHODS,
        OF_CELLS,
        "## What holds, and what does not",
        holds(found),
        rules(found),
        "## Another training set",
        *training_sets_part(found["training_sets"]),
        "## Another hospital",
        *changes_part(found["changes"]),
        "## Hard settings",
        *hard_settings_part(found["hard_settings"]),
        "## Families of comparisons",
        *families_part(found["families"]),
        "## Body parts together",
        *parts_part(found["parts"]),
        "## Groups of patients",
        *interactions_part(found["interactions"], found["hardware"]),
        "## Zones of training sizes",
        *zones_part(found["zones"]),
        "## Intervals of one cell and of one trained pair",
        _how_many(found["coverage"]),
        "*standard error* is the interval in use. *percentile*: the quantiles of the resampled values. *BCa*: the same, bias-corrected "
        "and accelerated (Efron 1987). These two are there for comparison:",
        compared(found),
        WHY,
        "### Simulated patients",
        *_worlds(found["coverage"]),
        "### Metrics",
        how_to_read(),
        table(coverage_table(single)),
        "### Paired differences",
        "Second minus first on the same resampled patients; the true difference of *equal* and *weaker* is 0.",
        table(coverage_table(differences)),
        f"{widths_part(found['coverage'])} {undefined(found['coverage'])}",
        "### No difference: how often the test rejects",
        *no_difference_part(found["coverage"]),
        "## Crossover",
        *crossovers_part(found["crossovers"]),
        "## Predictions that cannot know the label",
        *shuffled_part(found["shuffled"]),
        "## Every metric",
        *every_metric_part(found["every_metric"]),
        "## Checked in the tests",
        CHECKED,
        "## What this does not show",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _introduction() -> list[str]:
    return [
        "# Do the intervals and verdicts hold?",
        "A simulation study: data sets are drawn from populations whose true values are known, and the project's own "
        "functions are asked for their intervals, p-values and verdicts. Written by `make validity` (`python -m tests.validity.study`; for a quick "
        "look `--datasets 50 --kept quick --out quick/validity.md`) from the rows that it keeps in `tests/validity/measured/`; the "
        "numbers are reproducible, since every random number derives from the setting's name.",
    ]


def _how_many(rows: pd.DataFrame) -> str:
    kinds: dict[str, list[str]] = {}
    for kind, group in rows.groupby("interval", sort=False):
        said = [
            f"{count:,} of {studies:,} studies (Monte Carlo standard error of a true {100 * CONFIDENCE:.0f} %: "
            f"{100 * monte_carlo(CONFIDENCE, count):.1f} points)"
            for studies, count in _counts(group).items()
        ]
        kinds.setdefault(" and ".join(said), []).append(str(kind))
    counts = "; ".join(f"{' and '.join(names)}: {said}" for said, names in kinds.items())
    return (
        f"Data sets per setting, {counts}. {RESAMPLES:,} resamplings of the patients each ({FEWER} in the sections above), with draws "
        "of its own for each data set."
    )


def _counts(rows: pd.DataFrame) -> dict[int, int]:
    return {int(s): int(n) for s, n in rows.groupby("studies")["datasets"].first().items()}


def _worlds(rows: pd.DataFrame) -> list[str]:
    first = rows[(rows["interval"] == rows["interval"].iloc[0]) & ~rows["of"].str.contains("−")]
    true = pivot(first.assign(true=first["true"].map("{:.3f}".format)), ["world", "of"], "metric", "true")
    said = [
        {
            "world": name,
            "patients": ", ".join(f"{world.patients(n):,} for {n:,} studies" for n in _counts(rows)),
            "share with 1, 2, 3, 4 studies": ", ".join(f"{100 * share:.0f} %" for share in world.studies),
            "label correlation": world.label_correlation,
            "latent shift per study above the mean": world.more_when_ill,
            "noise of patient, study, view": ", ".join(map(str, world.noise)),
        }
        for name, world in WORLDS.items()
    ]
    return [
        "Patients have 1–4 studies, whose labels correlate (tetrachoric correlation within patients below), and "
        f"studies have 1–5 views ({', '.join(f'{100 * share:.0f} %' for share in VIEWS)}). The log odds of a view hold "
        "the severity of an abnormality (it varies) and effects of the patient, the study and the view. Three classifiers "
        "share half the variance of these effects: *weaker*, *better*, and *equal*, which has the law of *weaker* and "
        f"noise of its own. Prevalence is {100 * World.prevalence:.0f} % where who has more studies is not more often abnormal.",
        "The number of patients is fixed, that of studies varies about its mean, as it does when patients are what is "
        f"sampled. True values are those of the population ({POPULATION:,} patients of each world), never of the data set (AUROC "
        "compares studies of different patients, as all but a few of its pairs do); "
        f"their own Monte Carlo error is at most {rows['true_error'].max():.4f}. So the intervals are asked about patients "
        "like these, not about the studies at hand.",
        table(pd.DataFrame(said)),
        f"True values per study (`_at_chosen`: a fixed threshold of {THRESHOLD}, otherwise 0.5):",
        table(true),
    ]

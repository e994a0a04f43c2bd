"""How long the intervals of one cell take, and how much a loop over scikit-learn's AUROC alone would."""

from time import perf_counter

import numpy as np
import pandas as pd
from rich.console import Console
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from results.evaluation import evaluate
from results.metrics import METRICS
from results.uncertainty import patient_weights

STUDIES, VIEWS, RESAMPLES, LOOPED = 1_200, 3, 2_000, 100


def predictions():
    """A test set of MURA's size: 1,200 studies of 780 patients, seven parts, up to three views."""
    random = np.random.default_rng(0)
    study = np.repeat(np.arange(STUDIES), random.integers(1, VIEWS + 1, STUDIES) + 1)
    label = (study % 5 < 2).astype(int)
    return pd.DataFrame(
        {
            "image": [f"i{row}" for row in range(len(study))],
            "study": [f"s{s}" for s in study],
            "patient": [f"p{s % 780}" for s in study],
            "body_part": [f"part{s % 780 % 7}" for s in study],
            "label": label,
            "probability": np.clip(0.35 + 0.2 * label + 0.2 * random.standard_normal(len(study)), 0, 1),
        }
    )


def loop_seconds(rows):
    """AUROC alone, by indexing the drawn rows and calling scikit-learn."""
    weights = patient_weights(rows["patient"].to_numpy(dtype=object), LOOPED)
    labels, scores = rows["label"].to_numpy(), rows["probability"].to_numpy()
    began = perf_counter()
    for column in range(LOOPED):
        drawn = np.repeat(np.arange(len(rows)), weights[:, column])
        roc_auc_score(labels[drawn], scores[drawn])
    return (perf_counter() - began) * RESAMPLES / LOOPED


if __name__ == "__main__":
    rows = predictions()
    studies = rows.groupby("study", sort=True).first().reset_index().assign(body_part="all")
    with threadpool_limits(1):
        evaluate(rows, threshold=0.4, resamples=100)
        began = perf_counter()
        evaluate(rows, threshold=0.4, resamples=RESAMPLES)
        whole = perf_counter() - began
        began = perf_counter()
        evaluate(studies, threshold=0.4, resamples=RESAMPLES)
        both_units_of_studies = perf_counter() - began
        loop = loop_seconds(studies)
    metrics = len(METRICS) + sum(metric.thresholded for metric in METRICS.values())
    console = Console(width=110)
    console.print(
        f"{STUDIES} studies, {RESAMPLES} resamples, {metrics} metrics: {both_units_of_studies / 2:.2f} s on one core; "
        f"a loop over scikit-learn's AUROC alone {loop:.1f} s (from {LOOPED}): {2 * loop / both_units_of_studies:.0f} times"
    )
    console.print(f"{len(rows)} images, both units, overall and seven parts: {whole:.2f} s")

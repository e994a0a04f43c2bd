"""What became of test cases at a threshold: true and false positives and negatives."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.metric import Labels, Values

TRUE_POSITIVE, FALSE_POSITIVE = "true positive", "false positive"
FALSE_NEGATIVE, TRUE_NEGATIVE = "false negative", "true negative"
OUTCOMES = (TRUE_POSITIVE, FALSE_POSITIVE, FALSE_NEGATIVE, TRUE_NEGATIVE)
WRONG = (FALSE_POSITIVE, FALSE_NEGATIVE)
CLASSES = ("normal", "abnormal")  # the words for the labels 0 and 1


def outcomes(labels: Labels, probabilities: Values, threshold: float) -> NDArray[np.object_]:
    """One of OUTCOMES per case: labels (n,) 0 normal, 1 abnormal; called abnormal from the threshold on."""
    positive, called = np.asarray(labels) == 1, np.asarray(probabilities) >= threshold
    names = np.array(OUTCOMES, dtype=object)
    return names[np.where(called, np.where(positive, 0, 1), np.where(positive, 2, 3))]


def most_confident(cases: pd.DataFrame, threshold: float, most: int) -> pd.DataFrame:
    """Of each outcome the (at most `most`) cases whose probability is farthest from the threshold.

    `cases` has the columns label and probability. The result has their rows in the order of OUTCOMES, each
    outcome's most confident first, with the columns outcome and rank (from 1). Ties keep their order.
    """
    judged = cases.assign(
        outcome=outcomes(cases["label"].to_numpy(), cases["probability"].to_numpy(), threshold)
    )
    places = judged["outcome"].map({name: place for place, name in enumerate(OUTCOMES)}).to_numpy()
    far = (judged["probability"] - threshold).abs().to_numpy()
    judged = judged.iloc[np.lexsort((-far, places))]
    ranked = judged.assign(rank=judged.groupby("outcome", sort=False).cumcount() + 1)
    return ranked[ranked["rank"] <= most].reset_index(drop=True)

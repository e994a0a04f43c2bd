"""Outcomes at a threshold, and the most confident of each."""

import numpy as np
import pandas as pd

from results.outcomes import (
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    OUTCOMES,
    TRUE_NEGATIVE,
    TRUE_POSITIVE,
    most_confident,
    outcomes,
)


def test_a_case_on_the_threshold_is_called_abnormal():
    found = outcomes(np.array([1, 1, 0, 0, 1, 0]), np.array([0.9, 0.2, 0.7, 0.1, 0.4, 0.4]), 0.4)
    assert found.tolist() == [
        TRUE_POSITIVE,
        FALSE_NEGATIVE,
        FALSE_POSITIVE,
        TRUE_NEGATIVE,
        TRUE_POSITIVE,
        FALSE_POSITIVE,
    ]


def test_the_most_confident_are_farthest_from_the_threshold_and_ties_keep_their_order():
    cases = pd.DataFrame(
        {
            "study": list("abcdefgh"),
            "label": [1, 1, 1, 0, 0, 0, 1, 0],
            "probability": [0.6, 0.9, 0.9, 0.2, 0.1, 0.55, 0.3, 0.45],
        }
    )
    found = most_confident(cases, 0.5, 2)
    assert found["study"].tolist() == ["b", "c", "f", "g", "e", "d"]
    assert found["outcome"].tolist() == [
        *[TRUE_POSITIVE] * 2,
        FALSE_POSITIVE,
        FALSE_NEGATIVE,
        *[TRUE_NEGATIVE] * 2,
    ]
    assert found["rank"].tolist() == [1, 2, 1, 1, 1, 2]
    assert list(dict.fromkeys(found["outcome"])) == list(OUTCOMES)


def test_an_outcome_that_does_not_occur_has_no_row():
    cases = pd.DataFrame({"label": [1, 0], "probability": [0.9, 0.1]})
    assert most_confident(cases, 0.5, 3)["outcome"].tolist() == [TRUE_POSITIVE, TRUE_NEGATIVE]

"""Amounts, intervals and sizes as they stand in a sentence."""

import pytest

from results.checklists.phrases import amount, amount_on, bounded, sizes_of
from tests.results.checklists.study import AMOUNT, study


def test_amounts():
    assert amount(AMOUNT) == "300 images of 200 studies of 100 patients"
    facts = study()
    assert amount_on(facts["main_part"], "test") == "3,197 images of 1,199 studies of 783 patients"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"value": 0.8571, "low": 0.83, "high": 0.88}, "0.857 [0.830, 0.880]"),
        ({"value": 1.0, "low": None, "high": None}, "1.000 [no interval]"),
        ({"value": None, "low": None, "high": None}, "undefined"),
    ],
)
def test_intervals(row, text):
    assert bounded(row) == text


def test_sizes():
    assert sizes_of(study(train_sizes=[100, 3000])) == "100 and 3,000 training images"
    assert sizes_of(study(train_sizes=[100, "full"])) == "100 training images and all training images"
    assert sizes_of(study(train_sizes=["full"])) == "all training images"

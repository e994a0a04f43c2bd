"""Numbers are printed as a paper prints them, and what is undefined as a dash."""

import math

import pandas as pd
import pytest

from results.tables.formatting import (
    BEST,
    CHOSEN,
    CLOSE,
    Formatted,
    amount,
    chosen_note,
    difference,
    interval_text,
    method_label,
    number,
    p_text,
    score,
    signed,
)

NOTHING = (None, math.nan, pd.NA)


@pytest.mark.parametrize(
    ("show", "value", "text"),
    [
        (number, 0.87349, "0.873"),
        (number, -0.5, "−0.500"),
        (number, 1, "1.000"),
        (signed, 0.0123, "+0.012"),
        (signed, -0.0123, "−0.012"),
        (signed, 0, "+0.000"),
        (amount, 1234567.8, "1,234,568"),
        (amount, 100, "100"),
        (amount, 12.345, "12.3"),
        (amount, 2.0, "2"),
        (amount, 0.00012345, "0.000123"),
        (amount, 0.00001, "1e−05"),
        (amount, 0, "0"),
        (p_text, 0.0004, "<0.001"),
        (p_text, 0.001, "0.001"),
        (p_text, 1.0, "1.000"),
    ],
)
def test_numbers(show, value, text):
    assert show(value) == text


def test_whole_numbers_have_commas_and_no_point():
    assert number(12345, 0) == "12,345"


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize("show", [number, signed, amount])
def test_what_is_undefined_is_a_dash(show, nothing):
    assert show(nothing) == "–"


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_an_undefined_p_is_a_dash_and_an_undefined_interval_empty(nothing):
    assert p_text(nothing) == "–"
    assert interval_text({"low": nothing, "high": nothing}) == ""
    assert interval_text({"low": 0.1, "high": nothing}) == "[0.100, –]"


def test_the_best_is_bold_and_a_close_one_has_a_dagger():
    row = {"value": 0.9, "low": 0.85, "high": 0.95}
    assert score(row | {"standing": BEST}) == Formatted("0.900", "[0.850, 0.950]", bold=True, value=0.9)
    assert score(row | {"standing": CLOSE}) == Formatted("0.900", "[0.850, 0.950]", mark="†", value=0.9)
    assert score(row | {"standing": ""}) == score(row) == Formatted("0.900", "[0.850, 0.950]", value=0.9)


def test_a_difference_shows_its_signs():
    row = {"difference": -0.01, "low": -0.02, "high": 0.005}
    assert difference(row) == Formatted("−0.010", "[−0.020, +0.005]", value=-0.01)


def test_only_the_classifier_of_a_method_is_put_in_words():
    assert method_label("mobilenetv2_100 · logistic_regression") == "mobilenetv2_100 · logistic regression"
    assert method_label("mobilenetv2_100") == "mobilenetv2_100"


def test_what_chosen_means_is_said_where_it_stands():
    assert "training folds" in chosen_note(["rbf_svm", CHOSEN])
    assert chosen_note(["rbf_svm"]) == ""

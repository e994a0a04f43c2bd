import pytest

from results.verdict import (
    ADAPT,
    EQUAL,
    FINE_TUNE,
    FREEZE,
    ONE_PAIR,
    UNDECIDED,
    cost_text,
    freezing_text,
    sides_of,
    verdict,
    verdict_text,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("difference", "p", "p_equal", "higher_is_better", "expected"),
    [
        (0.05, 0.01, 0.9, True, FINE_TUNE),
        (-0.05, 0.01, 0.9, True, FREEZE),
        (0.05, 0.01, 0.9, False, FREEZE),  # a higher Brier score is worse
        (-0.05, 0.01, 0.9, False, FINE_TUNE),
        (0.05, 0.06, 0.9, True, UNDECIDED),
        (0.05, 0.05, 0.9, True, FINE_TUNE),  # at the level itself
        (0.05, None, None, True, UNDECIDED),
        (0.05, NAN, NAN, True, UNDECIDED),
        (None, 0.01, 0.01, True, UNDECIDED),
        (0.001, 0.8, 0.04, True, EQUAL),
        (0.005, 0.01, 0.04, True, EQUAL),  # surely not zero, and surely too small to matter
    ],
)
def test_the_verdict_rests_on_the_adjusted_p_values_and_the_metric(
    difference, p, p_equal, higher_is_better, expected
):
    found = verdict(difference, p, p_equal, seeds=3, level=0.05, higher_is_better=higher_is_better)
    assert found == expected


def test_one_seed_makes_no_claim_about_methods():
    assert verdict(0.2, 1e-9, 1e-9, seeds=1, level=0.05) == ONE_PAIR


def test_the_words_name_the_margin_and_the_detectable_difference():
    assert verdict_text(EQUAL, 0.02) == "equal within ±0.02"
    assert verdict_text(UNDECIDED, 0.02, 0.0414) == "undecided, could detect ≥ 0.041"
    assert verdict_text(UNDECIDED, 0.02, NAN) == "undecided"
    assert verdict_text(ONE_PAIR, 0.02) == "one trained pair, no claim about methods"
    assert verdict_text(FREEZE, 0.02) == "freeze"


@pytest.mark.parametrize(
    ("worse_by", "share", "words"),
    [
        (0.0101, 1 / 40, "at most 0.010 worse, at 1/40 of the time"),
        (0.0, 1.26, "at most 0.000 worse, at 1.3 times the time"),
        (0.02, None, "at most 0.020 worse"),
        (0.02, NAN, "at most 0.020 worse"),
        (NAN, 0.1, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_freezing_is_told_with_its_price(worse_by, share, words):
    assert freezing_text(worse_by, share) == words


@pytest.mark.parametrize(("difference", "expected"), [(0.05, FINE_TUNE), (-0.05, ADAPT)])
def test_the_words_are_those_of_the_sides(difference, expected):
    asked = {"seeds": 3, "level": 0.05, "first": ADAPT, "second": FINE_TUNE}
    assert verdict(difference, 0.01, 0.9, **asked) == expected


def test_the_sides_of_a_row_are_known_by_their_keys():
    assert sides_of({"frozen": 0.8, "fine_tuned": 0.9}) == ("feature_extraction", "fine_tuning")
    assert sides_of({"fine_tuned": 0.9, "adapted": 0.8}) == ("adaptation", "fine_tuning")


def test_time_is_told_where_it_is_known():
    assert [cost_text(share) for share in (0.025, 2.8, None)] == [
        "at 1/40 of the time",
        "at 2.8 times the time",
        "",
    ]

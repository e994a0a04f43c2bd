import pytest

from results.verdict import FINE_TUNE, FREEZE, NOT_SETTLED, verdict


@pytest.mark.parametrize(
    ("difference", "p", "higher_is_better", "expected"),
    [
        (0.05, 0.01, True, FINE_TUNE),
        (-0.05, 0.01, True, FREEZE),
        (0.05, 0.01, False, FREEZE),  # a higher Brier score is worse
        (-0.05, 0.01, False, FINE_TUNE),
        (0.05, 0.06, True, NOT_SETTLED),
        (0.05, 0.05, True, FINE_TUNE),  # at the level itself
        (0.05, None, True, NOT_SETTLED),
        (0.05, float("nan"), True, NOT_SETTLED),
        (None, 0.01, True, NOT_SETTLED),
    ],
)
def test_the_verdict_rests_on_the_adjusted_p_value_and_the_metric(difference, p, higher_is_better, expected):
    assert verdict(difference, p, level=0.05, higher_is_better=higher_is_better) == expected

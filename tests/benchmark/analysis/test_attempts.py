"""What could be made, or the reason why not."""

import pytest

from benchmark.analysis.attempts import attempt


def test_what_was_made_is_kept():
    assert attempt(lambda: 7).get() == 7


def test_a_value_error_is_a_reason_and_other_errors_are_not():
    def fail():
        raise ValueError("no seeds")

    found = attempt(fail)
    assert (found.made, found.reason) == (None, "no seeds")
    with pytest.raises(ValueError, match="no seeds"):
        found.get()
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 / 0)

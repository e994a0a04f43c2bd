import pytest

from benchmark.errors import reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("bad value"), "bad value"),
        (ValueError("\n  first line\nsecond line"), "first line"),
        (ValueError(), "ValueError"),
        (KeyError(), "KeyError"),
        (RuntimeError("  \n\t "), "RuntimeError"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("x" * 1000), "x" * 300),
    ],
)
def test_the_reason_is_one_short_line_and_never_empty(error, words):
    assert reason(error) == words

import pickle

import pytest

from extractors.errors import WeightsUnavailableError, reason


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("\n one\ntwo"), "one"),
        (AssertionError(), "AssertionError"),
        (RuntimeError(" \n"), "RuntimeError"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (TypeError("x" * 400), "x" * 300),
    ],
)
def test_the_reason_of_any_error_is_one_line(error, line):
    assert reason(error) == line


def test_unavailable_weights_are_named_without_the_command_line():
    error = pickle.loads(pickle.dumps(WeightsUnavailableError("resnet18", "no route")))
    assert str(error) == "the pretrained weights of 'resnet18' cannot be downloaded here (no route)"
    assert (error.name, error.why) == ("resnet18", "no route")

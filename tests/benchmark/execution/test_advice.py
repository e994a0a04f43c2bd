import pytest

from benchmark.execution.advice import with_advice
from extractors.errors import WeightsUnavailableError
from extractors.pixels import UnreadableImageError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            WeightsUnavailableError("resnet18", "no route"),
            "the pretrained weights of 'resnet18' cannot be downloaded here: on a machine with internet run "
            "'benchmark weights fetch resnet18 --out FILE.safetensors', copy the file and set "
            "'weights: FILE.safetensors' in the grid (no route)",
        ),
        (
            UnreadableImageError("a.png: cannot be read as an image (x)"),
            "a.png: cannot be read as an image (x); repair or remove it, or run with --skip-unreadable",
        ),
        (ValueError("another"), "another"),
    ],
)
def test_errors_that_a_command_helps_with_say_so(error, message):
    assert with_advice(error) == message

"""Add to errors of the extractors the command or option that helps."""

from extractors.errors import WeightsUnavailableError
from extractors.pixels import UnreadableImageError


def with_advice(error: Exception) -> str:
    """The message of an error, followed by what to do on the command line where that is known."""
    if isinstance(error, WeightsUnavailableError) and not error.advice:
        return (
            f"the pretrained weights of '{error.name}' cannot be downloaded here: on a machine with internet "
            f"run 'benchmark weights fetch {error.name} --out FILE.safetensors', copy the file and set "
            f"'weights: FILE.safetensors' in the grid ({error.why})"
        )
    if isinstance(error, UnreadableImageError):
        return f"{error}; repair or remove it, or run with --skip-unreadable"
    return str(error)

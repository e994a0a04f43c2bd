"""The exception for bad input, and the first line of any exception's message."""

_LONGEST = 300  # characters: two lines of a wide terminal


class UserError(ValueError):
    """Bad input; the command line shows the message alone and exits with status 2."""


def reason(error: BaseException) -> str:
    """Return the first line of the message, at most 300 characters; without a message, the type's name."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:_LONGEST]

"""The exception for bad input, and the one-line reason of any exception."""

from extractors.errors import reason

__all__ = ["UserError", "reason"]


class UserError(ValueError):
    """Bad input; the command line shows the message alone and exits with status 2."""

"""The exception for bad input, and the one-line reason of any exception."""

from extractors.errors import reason

__all__ = ["UserError", "reason"]


class UserError(ValueError):
    """Bad input. The command line prints only the message and exits with status 2."""

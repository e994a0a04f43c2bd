"""Errors of this package that callers tell apart, and the one-line reason of any error."""

_MOST_CHARACTERS = 300  # a reason stands in one line of a terminal or a table


def reason(error: BaseException) -> str:
    """The first line of an error's message, or the name of its type where there is no message.

    At most 300 characters.
    """
    lines = str(error).strip().splitlines()
    return lines[0][:_MOST_CHARACTERS] if lines else type(error).__name__


class WeightsUnavailableError(ValueError):
    """The pretrained weights of a backbone that are neither on this machine nor can be downloaded."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"the pretrained weights of '{self.name}' cannot be downloaded here ({self.why})"

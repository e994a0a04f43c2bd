"""Errors of this package that callers handle separately, and the one-line reason of any error."""

_MAX_CHARACTERS = 300  # so that a reason fits a cell of a table; chosen by hand


def reason(error: BaseException) -> str:
    """The first line of an error's message, or the name of its type where there is no message.

    At most 300 characters.
    """
    lines = str(error).strip().splitlines()
    return lines[0][:_MAX_CHARACTERS] if lines else type(error).__name__


class WeightsUnavailableError(ValueError):
    """Pretrained weights are not on this machine and cannot be downloaded."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"the pretrained weights of '{self.name}' cannot be downloaded here ({self.why})"

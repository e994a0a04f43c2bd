"""Errors of this package that callers handle separately, and the one-line reason of any error."""

_MAX_CHARACTERS = 300  # so that a reason fits a cell of a table; chosen by hand


def reason(error: BaseException) -> str:
    """The first line of an error's message, or the name of its type where there is no message.

    At most 300 characters.
    """
    lines = str(error).strip().splitlines()
    return lines[0][:_MAX_CHARACTERS] if lines else type(error).__name__


class WeightsUnavailableError(ValueError):
    """Pretrained weights are neither on this machine nor downloaded; `advice` is a way out, if known."""

    def __init__(self, name: str, why: str, advice: str = "") -> None:
        super().__init__(name, why, advice)
        self.name, self.why, self.advice = name, why, advice

    def __str__(self) -> str:
        way_out = f": {self.advice}" if self.advice else ""
        return f"the pretrained weights of '{self.name}' cannot be downloaded here ({self.why}){way_out}"

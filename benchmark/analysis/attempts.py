"""What could be made, or the reason why not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Attempt(Generic[Made]):
    """A thing that was made; without one, the reason why."""

    made: Made | None = None
    reason: str = ""

    def get(self) -> Made:
        """The thing. Raises ValueError with the reason where there is none."""
        if self.made is None:
            raise ValueError(self.reason)
        return self.made


def attempt(make: Callable[[], Made]) -> Attempt[Made]:
    """What `make` returns, or the message of the ValueError that it raises."""
    try:
        return Attempt(make())
    except ValueError as error:
        return Attempt(reason=str(error))

"""End in order on SIGTERM and SIGHUP, so that worker processes and servers end too."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)


class SignalledError(BaseException):
    """Raised in the main thread by a signal; no `except Exception` stops it. `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def exiting_on(signals: Sequence[signal.Signals]) -> Iterator[None]:
    """Raise SignalledError in the block at the first of these signals; later ones are ignored.

    A signal that this process already ignores (`nohup` ignores SIGHUP) stays ignored.
    """

    def leave(number: int, _: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise SignalledError(number)

    before = {each: handler for each in signals if (handler := signal.getsignal(each)) != signal.SIG_IGN}
    for each in before:
        signal.signal(each, leave)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

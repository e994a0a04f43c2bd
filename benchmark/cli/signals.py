"""End in order on SIGTERM and SIGHUP, so that worker processes and servers end too."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 5.0  # seconds for an orderly end; chosen by hand


class SignalledError(BaseException):
    """Raised in the main thread by a signal; no `except Exception` stops it. `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def exiting_on(
    signals: Sequence[signal.Signals], give_up: Callable[[int], None] | None = None
) -> Iterator[None]:
    """Raise SignalledError in the block at the first of these signals; later ones are ignored.

    The error may interrupt a library while it holds a lock, so that its own cleanup waits for ever:
    `give_up`, which must end the process, is called with the signal's number in a thread when the process
    has not ended some seconds later. A signal that this process already ignores (`nohup` ignores SIGHUP)
    stays ignored.
    """

    def leave(number: int, _: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        if give_up:
            late = Timer(_PATIENCE, give_up, (number,))
            late.daemon = True
            late.start()
        raise SignalledError(number)

    before = {each: handler for each in signals if (handler := signal.getsignal(each)) != signal.SIG_IGN}
    for each in before:
        signal.signal(each, leave)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

"""End a worker process when the process that started it dies, also by SIGKILL."""

import os
import signal
import threading
import time
from typing import Any

_EVERY = 1.0  # seconds between two looks at the parent


def end_with(parent: int) -> None:
    """Kill this process when `parent`, which started it, is gone: a thread looks each second.

    The initializer of every pool of workers. (Linux' own signal for it, PR_SET_PDEATHSIG, comes when the
    thread ends that started the worker, and other systems have none.)
    """
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def ending_with_this() -> dict[str, Any]:
    """The keywords of joblib's `Parallel` for workers that end with this process."""
    return {"initializer": end_with, "initargs": (os.getpid(),)}


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    os.kill(os.getpid(), signal.SIGKILL)

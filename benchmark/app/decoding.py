"""Decode uploads in a process beside the server: one that makes a decoder crash ends that process alone.

The process stays for the next upload. Its memory and its time are limited.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from joblib.externals.loky import ProcessPoolExecutor
from numpy.typing import NDArray

from benchmark.prediction.plausibility import doubts
from extractors.orphans import end_with
from extractors.percentiles import Window
from extractors.pixels import UnreadableImageError, decode

SIDE = 512  # pixels of the shown squares; chosen by hand
MOST_BYTES = (
    4 * 2**30
)  # of address space: libraries take 1 GiB, a file and its pixels up to 1; chosen by hand
MOST_SECONDS = 60.0  # for one file: JPEG 2000 of 45 million pixels takes 8 (docs/dicom.md); chosen by hand


class Asked(NamedTuple):
    """How an image becomes a square: as the model's grid says (`extractors.pixels.decode`)."""

    size: int
    fit: str
    window: Window | None


@dataclass(frozen=True, eq=False)
class Decoded:
    """The square (size, size) that a model sees, one of SIDE to show, and why it is no radiograph, if so."""

    pixels: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    doubts: tuple[str, ...]


def look_at(content: bytes, asked: Asked) -> Decoded:
    """Decode a file here. Raises UnreadableImageError."""
    pixels = decode(content, *asked)
    return Decoded(pixels, decode(content, SIDE, asked.fit, asked.window), doubts(content, pixels))


class Decoder:
    """One process that calls `look` on the content of a file at a time; it is started again when it ended."""

    def __init__(
        self, look: Callable[[bytes, Asked], Decoded] = look_at, seconds: float = MOST_SECONDS
    ) -> None:
        self._look, self._seconds = look, seconds
        self._pool: Any = None  # of one process; joblib has no types
        self._one_at_a_time = threading.Lock()

    def start(self) -> None:
        """Start the process, so that the first file does not wait for it."""
        with self._one_at_a_time:
            self._submit(int)

    def __call__(self, content: bytes, asked: Asked) -> Decoded:
        """Raises UnreadableImageError, also where decoding ended the process or took too much."""
        with self._one_at_a_time:
            try:
                found: Decoded = self._submit(self._look, content, asked).result(self._seconds)
                return found
            except MemoryError:
                why = "takes too much memory"
            except TimeoutError:
                why = f"takes more than {self._seconds:g} seconds"
                self._end()
            except BrokenProcessPool:
                why = "makes its decoder crash"
                self._end()
        raise UnreadableImageError(f"cannot be read as an image (it {why})")

    def _submit(self, work: Callable[..., object], *arguments: object) -> Any:
        if self._pool is not None:
            try:
                return self._pool.submit(work, *arguments)
            except BrokenProcessPool:  # it was ended since, by no file
                self._end()
        self._pool = ProcessPoolExecutor(1, initializer=_begin, initargs=(os.getpid(),))
        return self._pool.submit(work, *arguments)

    def _end(self) -> None:
        self._pool.shutdown(wait=True, kill_workers=True)
        self._pool = None


def _begin(parent: int) -> None:
    """Limit this process, and end it with the server."""
    end_with(parent)
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MOST_BYTES if hard == resource.RLIM_INFINITY else min(MOST_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash writes no upload to disk


DECODER = Decoder()  # of this server

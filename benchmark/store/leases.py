"""Leases: which process computes a cell now, as files in the workspace that every machine can read.

A holder touches its file every BEAT seconds. A reader compares two looks by its own clock, so that machines
whose clocks differ agree: a file without a change for LOST_AFTER seconds is that of a holder that is gone.
(Gray & Cheriton 1989, "Leases", SOSP '89, with the change of the file in the place of its age.)
"""

import json
import logging
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

BEAT = 5.0  # seconds between two touches of a lease
LOST_AFTER = 60.0  # seconds without a change; more than a network file system keeps old attributes
HELD = "held"  # the status of a cell that another process computes
_SUFFIX = ".lease"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holder:
    """Who holds a lease: a process of a machine, since when and until when, in seconds of its own clock."""

    cell: str
    host: str
    machine: str
    process: int
    began: float  # of the process, as psutil tells it
    token: str
    since: float
    beat: float

    @property
    def name(self) -> str:
        """The holder as tables show it: `host:process`."""
        return f"{self.host}:{self.process}"

    @property
    def seconds(self) -> float:
        """For how long it has been held, by the holder's own clock."""
        return max(0.0, self.beat - self.since)

    def has_ended(self) -> bool:
        """Whether the process was one of this machine and does not run any more."""
        if self.machine != this_machine():
            return False
        try:
            return abs(psutil.Process(self.process).create_time() - self.began) > 1
        except psutil.Error:
            return True


class Leases:
    """The leases of a grid's cells, in one folder. Not shared between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, tuple[tuple[str, float], float]] = {}  # token and beat, own time of that look
        self._held: dict[str, int] = {}  # cell, file descriptor

    @contextmanager
    def hold(self, cell: str) -> Iterator[bool]:
        """Hold the lease of a cell in the block; False when another process that lives holds it."""
        if not self._take(cell):
            yield False
            return
        try:
            yield True
        finally:
            self._give_back(cell)

    def holders(self) -> list[Holder]:
        """The holders that are not known to be gone."""
        found = (self.holder(path.stem) for path in sorted(self.folder.glob(f"*{_SUFFIX}")))
        return [holder for holder in found if holder is not None]

    def holder(self, cell: str) -> Holder | None:
        """Who computes a cell; None when nobody does, or the holder is gone.

        A holder of another machine is known to be gone when two looks, LOST_AFTER apart, find no change.
        """
        holder = _read(self._path(cell))
        return None if holder is None or self._is_lost(holder) else holder

    def _is_lost(self, holder: Holder) -> bool:
        if holder.has_ended():
            return True
        look, now = (holder.token, holder.beat), time.monotonic()
        if self._seen.get(holder.cell, (None, 0.0))[0] != look:
            self._seen[holder.cell] = look, now
        return now - self._seen[holder.cell][1] > LOST_AFTER

    def _take(self, cell: str) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            with suppress(FileExistsError):
                self._create(cell)
                return True
            holder = _read(self._path(cell))
            if holder is not None and not self._is_lost(holder):
                return False
            self._remove(cell, holder)
        return False

    def _create(self, cell: str) -> None:
        """Make the file under another name and link it: it is whole, and of one process only."""
        own = self.folder / f".{cell}.{uuid.uuid4().hex}"
        own.write_text(json.dumps(_this_process(cell)), encoding="utf-8")
        try:
            os.link(own, self._path(cell))
            self._held[cell] = os.open(own, os.O_RDONLY)
            _BEATS.add(self._held[cell])
        except FileExistsError:
            raise
        except OSError as error:  # a file system without links: two processes may compute the same
            _log.debug("no lease of %s: %s", cell, error)
        finally:
            own.unlink()

    def _give_back(self, cell: str) -> None:
        if cell in self._held:
            descriptor = self._held.pop(cell)
            with suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), self._path(cell).stat()):  # not another's by now
                    self._path(cell).unlink()
            _BEATS.remove(descriptor)

    def _remove(self, cell: str, lost: Holder | None) -> None:
        """Remove the file of a holder that is gone, unless another process has just taken its place."""
        aside = self.folder / f".{cell}.{uuid.uuid4().hex}"
        with suppress(OSError):
            self._path(cell).rename(aside)
            now = _read(aside)
            if now is not None and (lost is None or now.token != lost.token):
                os.link(aside, self._path(cell))
            aside.unlink()

    def _path(self, cell: str) -> Path:
        return self.folder / f"{cell}{_SUFFIX}"


def _read(path: Path) -> Holder | None:
    """The holder named by a file; None when there is none or it cannot be read.

    The file is opened before its time is read: a network file system then asks the server.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            content, beat = json.load(stream), os.fstat(stream.fileno()).st_mtime
        return Holder(**content, beat=beat)
    except (OSError, ValueError, TypeError):
        return None


def _this_process(cell: str) -> dict[str, str | int | float]:
    return {
        "cell": cell,
        "host": platform.node(),
        "machine": this_machine(),
        "process": os.getpid(),
        "began": _began(os.getpid()),
        "token": uuid.uuid4().hex,
        "since": time.time(),
    }


@cache
def _began(process: int) -> float:
    return psutil.Process(process).create_time()


@cache
def this_machine() -> str:
    """The machine, its start and its container: what the number of a process is valid in."""
    parts = [platform.node()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)


class _Beats:
    """A thread that touches the files of all leases that this process holds."""

    def __init__(self) -> None:
        self._descriptors: set[int] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, descriptor: int) -> None:
        with self._lock:
            self._descriptors.add(descriptor)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True, name="leases")
                self._thread.start()

    def remove(self, descriptor: int) -> None:
        with self._lock:
            self._descriptors.discard(descriptor)
            os.close(descriptor)

    def _run(self) -> None:
        while True:
            time.sleep(BEAT)
            with self._lock:
                for descriptor in self._descriptors:
                    with suppress(OSError):
                        os.utime(descriptor)


_BEATS = _Beats()

"""The command line, run in this process or in one of its own, and judged by what a user may expect of it."""

import os
import resource
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from click.testing import CliRunner

from benchmark.cli.main import cli
from benchmark.errors import UserError
from tests.faults.outcome import ACCEPTED, FAULT, REFUSED, Outcome

LONGEST = 10  # seconds that a refusal may take
_MARK = "BENCHMARK_FAULTS_RUN"  # an environment variable that finds every process of a run


class TooSlow(BaseException):
    """More than `LONGEST` seconds. No Exception, so that nothing under test can catch it."""


@contextmanager
def alarm(seconds: float):
    """Raise TooSlow in the main thread when the block takes longer."""

    def ring(*_):
        raise TooSlow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def judged(kind: str, arguments: Sequence[object], seconds: float = LONGEST) -> Outcome:
    """Run a command in this process: accepted (status 0 or 1), refused in few lines, or a fault."""
    began = time.perf_counter()
    try:
        with alarm(seconds):
            result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    except TooSlow:
        return Outcome(kind, FAULT, f"took more than {seconds} s: {arguments}")
    took = time.perf_counter() - began
    error = result.exception
    if took > seconds:
        return Outcome(kind, FAULT, f"took {took:.0f} s")
    if isinstance(error, UserError | OSError):  # benchmark.cli.main.main turns them into a line and status 2
        line = str(error)
        if not line.strip() or line.count("\n") > 12:
            return Outcome(kind, FAULT, f"a message of {line.count(chr(10)) + 1} lines: {line[:200]}")
        return Outcome(kind, REFUSED, line)
    if error is not None and not isinstance(error, SystemExit):
        return Outcome(kind, FAULT, f"{type(error).__name__}: {error}")
    return Outcome(kind, ACCEPTED if result.exit_code in (0, 1) else REFUSED, result.output[-300:])


class Started:
    """`python -m benchmark …`, or of another module, in a session of its own."""

    def __init__(
        self,
        *arguments: object,
        env: Mapping[str, str] | None = None,
        memory: int | None = None,
        cwd: Path | None = None,
        module: str = "benchmark",
        one_core: bool = False,
    ):
        self.mark = uuid.uuid4().hex

        def begin() -> None:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # nohup would leave them ignored
                signal.signal(number, signal.SIG_DFL)
            if one_core:
                os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            env={**os.environ, **(env or {}), _MARK: self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=cwd,
            preexec_fn=begin,
            start_new_session=True,
        )

    def wait(self, seconds: float = 600) -> tuple[int, str]:
        """Exit status and output. Kills all when it takes longer, and says so as status -1."""
        try:
            output, _ = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill_all()
            return -1, f"took more than {seconds} s"
        return self.process.returncode, output

    def send(self, number: int) -> None:
        """Send a signal to the driver alone: its workers must notice."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)

    def members(self) -> list[psutil.Process]:
        """Every living process of this run, found by its environment."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(_MARK) == self.mark:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def left_behind(self, seconds: float = 10) -> list[str]:
        """The names of processes that still live after so many seconds; they are then killed."""
        until = time.monotonic() + seconds
        while (members := self.members()) and time.monotonic() < until:
            time.sleep(0.1)
        names = []
        for process in members:
            try:
                names.append(" ".join(process.cmdline())[:120])
                process.kill()
            except psutil.Error:
                continue
        return names

    def kill_all(self) -> None:
        """Kill the driver and every process that it started."""
        for process in self.members():
            try:
                process.kill()
            except psutil.Error:
                continue
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

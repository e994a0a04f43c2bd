"""Run a server as a child process that ends with this process, however that ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from benchmark.cli.signals import ENDING, SignalledError, exiting_on

_PATIENCE = 10.0  # seconds for the server to end by itself before it is killed; chosen by hand
# Its standard input ends when this process dies, in whatever way; then it kills the server's process group.
_GUARD = "import os, signal, sys; sys.stdin.read(); os.killpg(int(sys.argv[1]), signal.SIGKILL)"


def serve_until_stopped(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a server until it ends; returns its exit status. `environment` is added to that of this process.

    SIGTERM, SIGINT and SIGHUP end the server and all its processes, and so does the death of this process.
    Raises SystemExit with 128 + the signal's number after a signal.
    """
    server = None
    try:
        with exiting_on((*ENDING, signal.SIGINT)):
            try:
                server = subprocess.Popen(command, env=os.environ | environment, start_new_session=True)
                with _guarded(server):
                    return server.wait()
            finally:
                if server is not None:
                    _end(server)
    except SignalledError as error:
        sys.exit(128 + error.number)


@contextmanager
def _guarded(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the server's processes when this process dies, also by SIGKILL."""
    command = [sys.executable, "-c", _GUARD, str(server.pid)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as guard:
        try:
            yield
        finally:
            guard.kill()


def _end(server: subprocess.Popen[bytes]) -> None:
    """End all processes of the server (its process group), so that its port is free again."""
    try:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(_PATIENCE)
        os.killpg(server.pid, signal.SIGKILL)  # processes that outlived the first one
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    except ProcessLookupError:  # all have ended
        pass

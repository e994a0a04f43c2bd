import os
import signal
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from benchmark.store.workspace import Workspace
from benchmark.tracking.tracker import Tracker


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(ready, seconds=120.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with an MLflow store that has one experiment."""
    workspace = Workspace(tmp_path_factory.mktemp("runs"))
    Tracker(workspace.uri, "small", ["hand"], workspace.artifacts)
    return workspace


def answers(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def ignore_hangup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def start(workspace, port, **options):
    command = [sys.executable, "-m", "benchmark", "ui", "--workspace", str(workspace.folder)]
    return subprocess.Popen([*command, "--port", str(port)], start_new_session=True, **options)


def alive(processes):
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_with_all_its_processes(workspace, number):
    port = free_port()
    process = start(
        workspace, port, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
    )
    try:
        assert wait_until(lambda: answers(port)), "the UI did not answer"
        server = psutil.Process(process.pid).children(recursive=True)
        assert len(server) == 2, "the mlflow command and its one server"
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert wait_until(lambda: not alive(server), 5)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections may linger
            probe.bind(("127.0.0.1", port))
    finally:
        process.kill()


@pytest.mark.slow
def test_under_nohup_a_hangup_is_ignored(workspace):
    port = free_port()
    process = start(workspace, port, preexec_fn=ignore_hangup)
    try:
        assert wait_until(lambda: answers(port))
        os.kill(process.pid, signal.SIGHUP)
        time.sleep(1)
        assert process.poll() is None
        assert answers(port)
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    finally:
        process.kill()

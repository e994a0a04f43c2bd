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


def as_nohup_does():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests that run in the background ignore it


def start(workspace, port, **options):
    command = [sys.executable, "-m", "benchmark", "ui", "--workspace", str(workspace.folder)]
    return subprocess.Popen([*command, "--port", str(port)], start_new_session=True, **options)


def kill(process):
    """End what a failed test has left."""
    if process.poll() is None:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.kill()


def alive(processes):
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.slow
def test_a_signal_ends_the_server_with_all_its_processes(workspace):
    port = free_port()
    process = start(workspace, port)
    try:
        assert wait_until(lambda: answers(port)), "the UI did not answer"
        server = psutil.Process(process.pid).children(recursive=True)
        assert len(server) == 2, "the mlflow command and its one server"
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
        assert wait_until(lambda: not alive(server), 5)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections may linger
            probe.bind(("127.0.0.1", port))
    finally:
        kill(process)


@pytest.mark.slow
def test_under_nohup_a_hangup_is_ignored_and_ctrl_c_ends_the_server(workspace):
    port = free_port()
    process = start(workspace, port, preexec_fn=as_nohup_does)
    try:
        assert wait_until(lambda: answers(port))
        os.kill(process.pid, signal.SIGHUP)
        time.sleep(1)
        assert process.poll() is None
        assert answers(port)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 128 + signal.SIGINT
    finally:
        kill(process)

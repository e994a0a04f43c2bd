import os
import signal
import subprocess
import sys
import time
from typing import ClassVar
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from benchmark.store.workspace import Workspace
from benchmark.tracking.tracker import Tracker
from tests.servers import alive, free_port, is_free, kill, listening, wait_until


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


@pytest.mark.slow
def test_a_signal_ends_the_server_with_all_its_processes(workspace):
    port = free_port()
    process = start(workspace, port)
    try:
        assert wait_until(lambda: answers(port)), "the UI did not answer"
        server = psutil.Process(process.pid).children(recursive=True)
        assert len(server) == 3, "the mlflow command, its one server, and what watches over them"
        assert listening(server) == {("127.0.0.1", port)}
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
        assert wait_until(lambda: not alive(server), 5)
        assert is_free(port)
    finally:
        kill(process)


@pytest.mark.slow
def test_the_server_ends_when_its_command_is_killed(workspace):
    port = free_port()
    process = start(workspace, port)
    try:
        assert wait_until(lambda: answers(port)), "the UI did not answer"
        server = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        assert wait_until(lambda: not alive(server), 10)
    finally:
        kill(process)
        for each in alive(server):
            each.kill()


class Server:
    """A server process that ends at once; keeps how it was asked for."""

    asked: ClassVar[list[tuple[list[str], dict[str, str]]]] = []
    pid = 2**22 + 1

    def __init__(self, command, env=None, **_):
        self.asked.append((command, env))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self, *_):
        return 0

    def kill(self):
        pass


def test_by_default_only_this_machine_is_served_and_no_address_is_an_argument(workspace, monkeypatch, call):
    monkeypatch.setattr("benchmark.cli.server_process.subprocess.Popen", Server)
    monkeypatch.setattr("benchmark.cli.server_process._end", lambda server: None)
    Server.asked.clear()
    done = call("ui", "--workspace", workspace.folder)
    assert done.status == 0
    assert "small · hand: http://127.0.0.1:5000/#/experiments/" in done.out
    (command, environment), _ = Server.asked
    assert command[-4:] == ["--host", "127.0.0.1", "--port", "5000"]
    assert not any(workspace.uri in part for part in command), "others see the arguments of a process"
    assert environment["MLFLOW_BACKEND_STORE_URI"] == workspace.uri
    assert "can read and change" in call("ui", "--workspace", workspace.folder, "--host", "0.0.0.0").err


def test_of_a_server_only_the_addresses_are_shown_without_password(monkeypatch, call):
    monkeypatch.setattr("benchmark.tracking.session.prepare_store", lambda workspace: None)
    monkeypatch.setattr("benchmark.tracking.curve_pages.curve_pages", lambda uri: [("g", "hand", "#/x")])
    done = call("ui", "--tracking-uri", "http://bob:s3cret@host:5000/")
    assert (done.status, "g · hand: http://***@host:5000/#/x" in done.out) == (0, True)
    assert "s3cret" not in done.out + done.err


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

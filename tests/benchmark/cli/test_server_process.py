import os
import signal
import subprocess
import sys

import psutil
import pytest

from benchmark.cli.server_process import serve_until_stopped
from tests.servers import alive, kill, wait_until

# A server that has a child of its own and says when both run; it adds its environment variable.
SERVER = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(os.environ["TOLD"])
time.sleep(600)
"""
# In the background or under nohup, tests are started with signals ignored, and these would stay so.
DRIVER = """
import signal, sys
from benchmark.cli.server_process import serve_until_stopped
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
serve_until_stopped([sys.executable, "-c", sys.argv[1], sys.argv[2]], {"TOLD": "yes"})
"""


@pytest.fixture
def driver(tmp_path):
    """A process that serves, and all processes below it."""
    ready = tmp_path / "ready"
    process = subprocess.Popen([sys.executable, "-c", DRIVER, SERVER, str(ready)], start_new_session=True)
    assert wait_until(lambda: ready.exists() and ready.read_text())
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) == 3
    yield process, below, ready
    kill(process)
    for each in alive(below):
        each.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_server_and_all_its_processes(driver, number):
    process, below, ready = driver
    assert ready.read_text() == "yes"
    process.send_signal(number)
    assert process.wait(60) == 128 + number
    assert wait_until(lambda: not alive(below), 5)


def test_they_end_when_the_process_is_killed(driver):
    process, below, _ = driver
    process.kill()
    process.wait()
    assert wait_until(lambda: not alive(below), 10)


def test_the_status_of_a_server_that_ends_by_itself_is_returned():
    assert serve_until_stopped([sys.executable, "-c", "import sys; sys.exit(3)"], {}) == 3
    assert "TOLD" not in os.environ

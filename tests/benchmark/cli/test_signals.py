"""A run that is ended by a signal, or dies, leaves no process behind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from benchmark.cli.signals import ENDING, SignalledError, exiting_on

BUSY = """
import sys, time
from pathlib import Path
from benchmark.cli import main
from benchmark.execution.executors import Share, run_all
import importlib
cli_main = importlib.import_module("benchmark.cli.main")

def work(number):
    print(__import__("os").getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    cli_main.cli = lambda **_: list(run_all(work, range(4), Share(2, 1)))
    main()
"""


@pytest.fixture(autouse=True)
def not_ignored():
    """nohup has the tests ignore SIGHUP, and so the processes that they start."""
    before = {number: signal.getsignal(number) for number in ENDING}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_block_once_and_the_handlers_stay(number):
    before = [signal.getsignal(each) for each in ENDING]
    with pytest.raises(SignalledError) as ended, exiting_on(ENDING):
        signal.raise_signal(number)
    assert ended.value.number == number
    assert [signal.getsignal(each) for each in ENDING] == before


def test_a_signal_that_is_ignored_already_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with exiting_on(ENDING):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


STUCK = """
import importlib, sys, time
cli_main = importlib.import_module("benchmark.cli.main")

def cli(**_):
    try:
        print("begun", flush=True)
        time.sleep(600)
    finally:
        time.sleep(600)  # as a library waits for a lock that the signal has left held

cli_main.cli = cli
cli_main.main()
"""


@pytest.mark.slow  # it waits out the patience
@pytest.mark.parametrize("number", ENDING)
def test_a_cleanup_that_hangs_does_not_keep_the_process(tmp_path, number):
    script = tmp_path / "stuck.py"
    script.write_text(STUCK)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    driver = subprocess.Popen([sys.executable, str(script)], **pipes)
    assert driver.stdout.readline() == "begun\n"
    driver.send_signal(number)
    _, errors = driver.communicate(timeout=60)
    assert driver.returncode == 128 + number
    assert errors.startswith("stopped;")


def test_without_a_hang_nothing_is_given_up():
    called = []
    with pytest.raises(SignalledError), exiting_on(ENDING, called.append):
        signal.raise_signal(signal.SIGTERM)
    assert called == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_their_driver(tmp_path, number):
    script = tmp_path / "busy.py"
    script.write_text(BUSY)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    driver = subprocess.Popen([sys.executable, str(script)], start_new_session=True, **pipes)
    workers = [int(driver.stdout.readline()) for _ in range(2)]
    driver.send_signal(number)
    status = driver.wait(30)
    end = time.monotonic() + 10
    while any(map(psutil.pid_exists, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(psutil.pid_exists, workers))
    _, errors = driver.communicate()
    if number == signal.SIGKILL:
        assert status == -number
    else:
        assert (status, errors) == (
            128 + number,
            "stopped; finished results are kept, and the same command continues from there\n",
        )

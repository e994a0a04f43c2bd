"""No worker outlives the process that started it."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from extractors.orphans import ending_with_this

BEGIN = """
import os, sys, time
from joblib import Parallel, delayed
from extractors.orphans import ending_with_this

def work(number):
    os.write(1, f"{os.getpid()}\\n".encode())  # in one piece: two workers write at once
    time.sleep(60)

if __name__ == "__main__":
    Parallel(n_jobs=2, **ending_with_this())(delayed(work)(number) for number in range(4))
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_workers_end_with_a_killed_parent(tmp_path, end):
    script = tmp_path / "begin.py"
    script.write_text(BEGIN)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.send_signal(end)
    parent.wait()
    end_at = time.monotonic() + 10
    while any(map(psutil.pid_exists, workers)) and time.monotonic() < end_at:
        time.sleep(0.1)
    assert not any(map(psutil.pid_exists, workers))
    parent.stdout.close()


def test_workers_are_told_their_parent():
    assert ending_with_this()["initargs"] == (os.getpid(),)

"""Settings of a run."""

import subprocess
import sys
from pathlib import Path

from benchmark.execution.executors import LocalExecutor, Share
from benchmark.execution.run_settings import RunSettings


def test_a_run_asks_for_nothing_unless_told():
    settings = RunSettings(Path("cache"), LocalExecutor(Share(1, 1)))
    assert (settings.device, settings.engine, settings.embedding_processes) == ("auto", "auto", None)
    assert not settings.skip_unreadable


def test_settings_are_made_without_torch():
    code = "import sys, benchmark.execution.run_settings; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.cli import address_space
from benchmark.cli.address_space import keep_to_address_space
from benchmark.errors import UserError

GRID = Path(__file__).parents[3] / "grids" / "quickstart.yaml"
MIB, GIB = 2**20, 2**30


def plan(memory: int, workspace: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmark", "plan", "--grid", str(GRID), "--workspace", str(workspace)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
    )


def test_a_tiny_address_space_is_one_line_and_status_2(tmp_path):
    ended = plan(350 * MIB, tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "the address space is limited to 350 MiB (ulimit -v): allow at least 1,024 MiB to plan, and several "
        "GiB to run\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("gib", [1, 2, 3])
def test_a_plan_in_a_small_address_space_works_or_says_why_not(tmp_path, gib):
    ended = plan(gib * GIB, tmp_path)
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0 or (ended.returncode, ended.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(("limit", "threads"), [(None, None), (GIB, "3"), (64 * GIB, "204")])
def test_openblas_gets_as_many_threads_as_there_is_room_for(monkeypatch, limit, threads):
    monkeypatch.setattr(address_space, "_limit", lambda: limit)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    keep_to_address_space()
    assert os.environ.get("OPENBLAS_NUM_THREADS") == threads
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)


def test_threads_that_the_user_asked_for_stay(monkeypatch):
    monkeypatch.setattr(address_space, "_limit", lambda: GIB)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    keep_to_address_space()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"


def test_too_little_for_any_command_is_refused(monkeypatch):
    monkeypatch.setattr(address_space, "_limit", lambda: 100 * MIB)
    with pytest.raises(UserError, match=r"100 MiB \(ulimit -v\)"):
        keep_to_address_space()

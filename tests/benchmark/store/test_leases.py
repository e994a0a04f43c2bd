"""Leases of cells: one holder at a time, given up by death and by silence, whatever the machines' clocks say."""

import os
import signal
import subprocess
import sys
import time

import pytest

from benchmark.store import leases as module
from benchmark.store.leases import Leases

HOLD = """
import sys, time
from pathlib import Path
from benchmark.store.leases import Leases
with Leases(Path(sys.argv[1])).hold("cell") as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "leases"


@pytest.fixture
def other_process(folder):
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def elsewhere(monkeypatch):
    """From now on this process believes to be on another machine than before."""
    return lambda: monkeypatch.setattr(module, "this_machine", lambda: "another machine")


@pytest.fixture
def clock(monkeypatch):
    """The reader's own clock; call it to let seconds pass."""
    now = [time.monotonic()]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def forward(seconds):
        now[0] += seconds

    return forward


def test_a_lease_has_one_holder_and_ends_with_its_block(folder):
    first, second = Leases(folder), Leases(folder)
    with first.hold("cell") as mine:
        assert mine
        with second.hold("cell") as also, second.hold("other") as other:
            assert not also
            assert other
        assert [holder.cell for holder in second.holders()] == ["cell"]
        assert second.holder("cell").process == os.getpid()
    assert not second.holders()
    assert not list(folder.iterdir())


def test_an_error_in_the_block_gives_it_back(folder):
    with pytest.raises(ZeroDivisionError), Leases(folder).hold("cell"):
        raise ZeroDivisionError
    assert not Leases(folder).holders()


def test_a_killed_process_of_this_machine_loses_it_at_once(folder, other_process):
    leases = Leases(folder)
    with leases.hold("cell") as mine:
        assert not mine
    os.kill(other_process.pid, signal.SIGKILL)
    other_process.wait()
    assert leases.holder("cell") is None
    with leases.hold("cell") as mine:
        assert mine


def test_a_silent_holder_of_another_machine_loses_it_later(folder, elsewhere, clock):
    leases = Leases(folder)
    with Leases(folder).hold("cell"):
        elsewhere()
        assert leases.holder("cell")
        clock(module.LOST_AFTER - 1)
        assert leases.holder("cell")
        clock(2)
        assert leases.holder("cell") is None
        with leases.hold("cell") as mine:
            assert mine


@pytest.mark.parametrize("ahead", [-7200.0, 0.0, 7200.0])
def test_a_holder_that_beats_keeps_it_whatever_its_clock_says(folder, elsewhere, clock, ahead):
    leases = Leases(folder)
    with Leases(folder).hold("cell"):
        elsewhere()
        for beat in range(5):
            moment = time.time() + ahead + beat
            os.utime(folder / "cell.lease", (moment, moment))
            assert leases.holder("cell")
            clock(module.LOST_AFTER - 1)


def test_holders_touch_their_files(folder, monkeypatch):
    monkeypatch.setattr(module, "BEAT", 0.02)
    monkeypatch.setattr(module, "_BEATS", module._Beats())
    leases = Leases(folder)
    with leases.hold("cell"):
        began = leases.holder("cell").beat
        deadline = time.monotonic() + 10
        while leases.holder("cell").beat == began and time.monotonic() < deadline:
            time.sleep(0.01)
        assert leases.holder("cell").beat > began
        assert leases.holder("cell").seconds > 0


def test_a_damaged_lease_is_nobodys(folder):
    folder.mkdir()
    (folder / "cell.lease").write_text("{")
    assert not Leases(folder).holders()
    with Leases(folder).hold("cell") as mine:
        assert mine


def test_without_links_there_is_no_lease(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with Leases(folder).hold("cell") as mine:
        assert mine
    assert not list(folder.iterdir())


def test_whoever_comes_between_keeps_it(folder):
    """A reader that takes a lost lease away puts back that of a process which was faster."""
    leases = Leases(folder)
    with leases.hold("cell"):
        lost = leases.holder("cell")
    with Leases(folder).hold("cell"):
        leases._remove("cell", lost)
        assert leases.holder("cell")


def test_a_holder_that_was_taken_for_gone_leaves_the_lease_of_its_successor(folder):
    first, second = Leases(folder), Leases(folder)
    with first.hold("cell"):
        (folder / "cell.lease").unlink()
        held = second.hold("cell")
        assert held.__enter__()
    assert Leases(folder).holder("cell")
    held.__exit__(None, None, None)
    assert Leases(folder).holder("cell") is None

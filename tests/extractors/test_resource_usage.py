"""Peak memory of one stretch of work, and energy with and without codecarbon."""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from extractors import resource_usage
from extractors.resource_usage import measured

MEGABYTE = 2**20
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can forget a peak")


@pytest.fixture(autouse=True)
def fresh_tracker(monkeypatch):
    monkeypatch.setattr(resource_usage, "find_spec", lambda name: None)
    resource_usage._tracker.cache_clear()
    yield
    resource_usage._tracker.cache_clear()


@pytest.fixture
def codecarbon(monkeypatch):
    """A stand-in whose tasks take half a kilowatt-hour each; `calls` are what it was told."""
    calls = []

    class OfflineEmissionsTracker:
        def __init__(self, **settings):
            calls.append(settings)

        def start_task(self):
            calls.append("start")

        def stop_task(self):
            calls.append("stop")
            return SimpleNamespace(energy_consumed=0.5)

    module = ModuleType("codecarbon")
    module.OfflineEmissionsTracker = OfflineEmissionsTracker
    monkeypatch.setitem(sys.modules, "codecarbon", module)
    monkeypatch.setattr(resource_usage, "find_spec", lambda name: name == "codecarbon" or None)
    return calls


@LINUX
def test_the_peak_is_of_the_work_within_and_no_earlier_one():
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # the heap of this one may hold free pages
        large, small = fresh.map(_peak_with, (200 * MEGABYTE, 10 * MEGABYTE))
    assert 150 * MEGABYTE < large - small < 250 * MEGABYTE


def _peak_with(size):
    with measured() as used:
        np.ones(size, np.uint8)
    return used.peak_memory_bytes


def test_a_system_that_keeps_its_peak_tells_none(monkeypatch, tmp_path):
    monkeypatch.setattr(resource_usage, "_CLEAR", tmp_path / "absent" / "clear_refs")
    with measured() as used:
        pass
    assert used.peak_memory_bytes is None


def test_without_codecarbon_there_is_no_energy():
    with measured() as used:
        pass
    assert (used.energy_kwh, used.power_kw) == (None, None)
    assert used.seconds > 0


def test_one_silent_tracker_serves_all_work_and_energy_is_shared(codecarbon):
    with measured(share=0.25) as quarter:
        pass
    with measured() as whole:
        pass
    assert (quarter.energy_kwh, whole.energy_kwh) == (0.125, 0.5)
    assert whole.power_kw == pytest.approx(0.5 * 3600 / whole.seconds)
    settings, *told = codecarbon
    assert settings["save_to_file"] is False
    assert told == ["start", "stop"] * 2


def test_work_that_fails_ends_its_measurement(codecarbon):
    with pytest.raises(RuntimeError), measured() as used:
        raise RuntimeError
    assert codecarbon[1:] == ["start", "stop"]
    assert used.energy_kwh == 0.5

from collections import namedtuple

import pytest
import torch

from benchmark.setup.doctor import hardware
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Surroundings
from benchmark.store.workspace import Workspace

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def around(tmp_path):
    return Surroundings(Workspace(tmp_path / "not/there/yet"))


@pytest.mark.parametrize(("gigabytes", "state"), [(1, PROBLEM), (4, NOTE), (16, OK)])
def test_little_memory_is_said(around, monkeypatch, gigabytes, state):
    monkeypatch.setattr(hardware, "memory", lambda: gigabytes * 1_000_000_000)
    (found,) = hardware.cores_and_memory(around)
    assert (found.state, bool(found.do)) == (state, state != OK)


@pytest.mark.parametrize(("gigabytes", "state"), [(0.5, PROBLEM), (5, NOTE), (50, OK)])
def test_little_disk_is_said(around, monkeypatch, gigabytes, state):
    monkeypatch.setattr(hardware.shutil, "disk_usage", lambda path: Usage(0, 0, gigabytes * 1e9))
    (found,) = hardware.disk(around)
    assert (found.state, bool(found.do)) == (state, state != OK)
    assert not around.workspace.folder.exists()


def test_a_workspace_that_cannot_be_written_is_a_problem(around, monkeypatch):
    def refused(dir):
        raise PermissionError(13, "Permission denied", "/data/SMITH JOHN/x")

    monkeypatch.setattr(hardware.tempfile, "TemporaryFile", refused)
    (found,) = hardware.disk(around)
    assert found.state == PROBLEM
    assert "Permission denied" in found.what
    assert found.public == "the workspace cannot be written: PermissionError"


def test_the_nearest_folder_that_is_there(tmp_path):
    assert hardware.existing(tmp_path / "a/b") == tmp_path


def test_each_device_computes_and_a_wrong_or_broken_one_is_a_problem(around, monkeypatch):
    assert next(iter(hardware.devices(around))).state == OK
    monkeypatch.setattr(torch, "equal", lambda a, b: False)
    assert "differs from the exact one" in hardware._computed("cpu").what
    broken = hardware._computed("cuda:99")
    assert broken.state == PROBLEM
    assert "--device cpu" in broken.do

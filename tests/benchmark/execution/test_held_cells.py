"""Cells whose lease another process has: they come last, and are not done twice."""

import shutil
import threading

import pytest

from benchmark.execution import held_cells
from benchmark.execution.executors import LocalExecutor, share_cores
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.store.workspace import Workspace
from tests.benchmark.finished_run import copy_run
from tests.benchmark.opened import open_plan


@pytest.fixture
def planned(write_grid, tmp_path, monkeypatch):
    monkeypatch.setattr(held_cells, "_EVERY", 0.02)
    plan, records = open_plan(write_grid(train_sizes=[40]), Workspace(tmp_path / "runs"))
    assert len(plan.cells) > 1
    return plan, records


def computed(plan, records, tmp_path, each=lambda cell: None):
    settings = RunSettings(tmp_path / "cache", LocalExecutor(share_cores(1)), "cpu")
    found = []
    for cell, status in run_plan(plan, records, settings, lambda *_: None):
        found.append(cell)
        assert status == "ok"
        each(cell)
    return found


def test_a_cell_that_is_given_back_unfinished_is_computed_last(planned, tmp_path):
    plan, records = planned
    held = plan.cells[0].cell.id
    with_lease = records.leases().hold(held)
    with_lease.__enter__()
    others = len(plan.cells) - 1
    done = []

    def give_back(cell):
        done.append(cell)
        if len(done) == others:
            with_lease.__exit__(None, None, None)

    found = computed(plan, records, tmp_path, give_back)
    assert found[-1] == held
    assert sorted(found) == sorted(planned.cell.id for planned in plan.cells)


def test_a_cell_that_the_other_process_finishes_is_taken_from_it(finished_run, tmp_path, monkeypatch):
    monkeypatch.setattr(held_cells, "_EVERY", 0.02)
    other = copy_run(finished_run, tmp_path / "other")
    plan, records = open_plan(other.grid, other.workspace)
    cell = plan.cells[0].cell.id
    folder, aside = records.cell_folder(cell), tmp_path / "aside"
    shutil.move(folder, aside)
    plan, records = open_plan(other.grid, other.workspace)
    assert [one.cell.id for one in plan.todo] == [cell]
    taken = threading.Event()

    def other_process():
        with records.leases().hold(cell):
            taken.set()
            began.wait(30)
            shutil.move(aside, folder)

    began = threading.Event()
    monkeypatch.setattr(held_cells, "_log", type("Log", (), {"info": staticmethod(lambda *_: began.set())}))
    thread = threading.Thread(target=other_process)
    thread.start()
    assert taken.wait(30)
    before = aside.stat().st_ino
    assert computed(plan, records, tmp_path) == [cell]
    thread.join()
    assert folder.stat().st_ino == before

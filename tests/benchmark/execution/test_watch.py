"""Following a run by its workspace."""

import shutil

import pytest

from benchmark.execution.watch import Watch
from benchmark.store.record import Failed, Header
from tests.benchmark.finished_run import copy_run
from tests.benchmark.opened import open_plan


@pytest.fixture
def missing_two(finished_run, tmp_path):
    """A run in which two cells are missing: their folders, the plan and the records."""
    ran = copy_run(finished_run, tmp_path / "copy")
    plan, records = open_plan(ran.grid, ran.workspace)
    aside = tmp_path / "aside"
    aside.mkdir()
    for planned in plan.cells[:2]:
        shutil.move(records.cell_folder(planned.cell.id), aside / planned.cell.id)
    plan, records = open_plan(ran.grid, ran.workspace)
    assert len(plan.todo) == 2
    return ran, plan, records, aside


def test_cells_are_running_then_done(missing_two):
    _, plan, records, aside = missing_two
    first, second = (planned.cell.id for planned in plan.todo)
    watch = Watch(plan, records)
    assert (watch.look().done, watch.look().cells_per_minute) == (len(plan.cells) - 2, None)
    with records.leases().hold(first):
        now = watch.look()
        ((holder, planned),) = now.running
        assert planned.cell.id == first == holder.cell
        assert not now.ended
    shutil.move(aside / first, records.cell_folder(first))
    now = watch.look()
    assert now.done == len(plan.cells) - 1
    assert now.cells_per_minute > 0
    assert now.seconds_left is not None
    shutil.move(aside / second, records.cell_folder(second))
    now = watch.look()
    assert now.ended
    assert now.seconds_left == 0


def test_failures_are_shown_unless_they_run_again(missing_two):
    _, plan, records, aside = missing_two
    cell = plan.todo[0].cell.id
    shutil.move(aside / cell, records.cell_folder(cell))
    path = records.cell_folder(cell) / "result.json"
    ok = records.read(cell).to_json()
    header = {name: ok[name] for name in Header.model_fields if name in ok}
    failed = Failed(**header, status="failed", error="no [room]", finished=ok["finished"])
    path.write_text(failed.model_dump_json(exclude_unset=True))
    (again,) = [one for one in (open_plan_of(missing_two)).todo if one.cell.id == cell]
    assert again.status == "failed"
    watch = Watch(open_plan_of(missing_two), records)
    assert [record.error for record in watch.look().failed] == ["no [room]"]
    with records.leases().hold(cell):
        assert not watch.look().failed


def open_plan_of(missing_two):
    ran, *_ = missing_two
    return open_plan(ran.grid, ran.workspace)[0]

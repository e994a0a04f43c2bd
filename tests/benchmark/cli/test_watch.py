"""The command status --watch."""

import shutil
from io import StringIO

from rich.console import Console

from benchmark.cli.watch import headline, view, watch_run
from benchmark.execution.watch import Watch
from benchmark.grid.schema import read_grid
from tests.benchmark.finished_run import copy_run
from tests.benchmark.opened import open_plan


def test_the_command_follows_until_the_end(finished_run, capsys):
    watch_run(read_grid(finished_run.grid), finished_run.workspace)
    out = capsys.readouterr().out
    assert out.endswith("0 failed · none running\n")


def test_the_table_names_worker_and_cell(finished_run, tmp_path):
    ran = copy_run(finished_run, tmp_path / "copy")
    plan, records = open_plan(ran.grid, ran.workspace)
    shutil.rmtree(records.cell_folder(plan.cells[0].cell.id))
    plan, records = open_plan(ran.grid, ran.workspace)
    with records.leases().hold(plan.todo[0].cell.id):
        shown = Console(width=120, record=True, file=StringIO())
        now = Watch(plan, records).look()
        shown.print(view(now, "name [of] a grid"))
        text = shown.export_text()
    assert "1 running on 1 worker" in headline(now)
    assert "name [of] a grid" in text
    assert plan.todo[0].cell.backbone in text

"""`benchmark report` on a grid that has run: what it prints, and what MLflow holds afterwards."""

import subprocess
import sys

from benchmark.cli.run import run_grid
from benchmark.store.workspace import Workspace
from benchmark.tracking.tracker import MlflowClient


def report_on(grid, workspace, out):
    command = [sys.executable, "-m", "benchmark", "report", "--grid", grid, "--workspace", workspace]
    return subprocess.run(
        [*command, "--out", out, "--jobs", "1"], capture_output=True, text=True, check=False
    )


def report_runs(workspace):
    client = MlflowClient(tracking_uri=Workspace(workspace).uri)
    experiment = client.get_experiment_by_name("small")
    return client, client.search_runs([experiment.experiment_id], "tags.kind = 'report'")


def test_report_after_a_run_is_written_and_logged_once(write_grid, tmp_path):
    grid, runs, out = write_grid(), tmp_path / "runs", tmp_path / "paper"
    run_grid(grid, Workspace(runs), jobs=1, device="cpu", skip_unreadable=False)
    out.mkdir()
    (out / "notes.txt").write_text("the reader's own")
    done = report_on(grid, runs, out)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    assert "no table spread: one seed has no spread" in done.stdout
    client, first = report_runs(runs)
    artifacts = {entry.path for entry in client.list_artifacts(first[0].info.run_id)}
    assert artifacts == {"report.html", "metrics.csv", "figures", "tables"}
    assert report_on(grid, runs, out).returncode == 0
    _, second = report_runs(runs)
    assert [run.info.run_id for run in second] == [run.info.run_id for run in first]


def test_without_records_it_is_one_line_and_status_2(write_grid, tmp_path):
    done = report_on(write_grid(), tmp_path / "runs", tmp_path / "paper")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "has no finished cell" in done.stderr
    assert done.stdout == ""

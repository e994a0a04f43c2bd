"""`benchmark report` on a grid that has run: what it prints, and what MLflow holds afterwards."""

from benchmark.tracking.curve_pages import MlflowClient


def report_runs(workspace):
    client = MlflowClient(tracking_uri=workspace.uri)
    experiment = client.get_experiment_by_name("small")
    return client, client.search_runs([experiment.experiment_id], "tags.kind = 'report'")


def test_report_after_a_run_is_written_and_logged_once(finished_run, tmp_path, call):
    (grid, workspace), out = finished_run, tmp_path / "paper"
    arguments = ("report", "--grid", grid, "--workspace", workspace.folder, "--out", out, "--jobs", "1")
    out.mkdir()
    (out / "notes.txt").write_text("the reader's own")
    done = call(*arguments)
    assert done.status == 0, done.err
    assert "report.html" in done.out
    assert "no table spread: one seed has no spread" in done.out
    assert done.out.startswith("Freeze or fine-tune? No answer")
    assert "\n  MLflow  http" in done.out
    client, first = report_runs(workspace)
    artifacts = {entry.path for entry in client.list_artifacts(first[0].info.run_id)}
    assert artifacts == {"report.html", "metrics.csv", "references.bib", "figures", "tables", "checklists"}
    assert call(*arguments).status == 0
    _, second = report_runs(workspace)
    assert [run.info.run_id for run in second] == [run.info.run_id for run in first]
    assert (out / "notes.txt").read_text() == "the reader's own"


def test_umap_without_its_package_is_one_line_and_writes_nothing(small_run, tmp_path, call, monkeypatch):
    monkeypatch.setattr("results.projection.find_spec", lambda name: None)
    (grid, workspace), out = small_run, tmp_path / "paper"
    place = ("--grid", grid, "--workspace", workspace.folder, "--out", out)
    done = call("report", *place, "--projection", "umap")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "needs umap-learn: install the extra 'umap'" in done.err
    assert not out.exists()
    assert call("report", *place, "--projection", "tsne").status == 2


def test_without_records_it_is_one_line_and_status_2(write_grid, tmp_path, call):
    done = call(
        "report", "--grid", write_grid(), "--workspace", tmp_path / "runs", "--out", tmp_path / "paper"
    )
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "has no finished cell" in done.err
    assert done.out == ""

from click.testing import CliRunner

from benchmark.cli.main import cli


def invoke(*words):
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_what_is_exported_is_imported_and_compared_by_name(small_run, tmp_path):
    grid, workspace = small_run
    out, runs = tmp_path / "e.zip", tmp_path / "runs"
    made = invoke("export", "--grid", grid, "--workspace", workspace.folder, "--out", out)
    assert made.exit_code == 0
    assert "4 cells are in" in made.output.replace("\n", " ")
    read = invoke("import", out, "--workspace", runs)
    assert read.exit_code == 0
    assert "4 cells were imported into" in read.output.replace("\n", " ")
    assert "--grid small --workspace" in read.output.replace("\n", " ")
    again = invoke("import", out, "--workspace", runs)
    assert "4 were there already" in again.output.replace("\n", " ")


def test_exports_are_compared_on_a_page(small_run, tmp_path):
    grid, workspace = small_run
    out, folder = tmp_path / "e.zip", tmp_path / "board"
    invoke("export", "--grid", grid, "--workspace", workspace.folder, "--out", out)
    made = invoke("leaderboard", out, "--out", folder, "--jobs", 1)
    assert made.exit_code == 0, made.output
    assert "Data set 1 (e):" in made.output
    assert {path.name for path in folder.iterdir()} == {"leaderboard.html", "leaderboard.json"}
    bad = invoke("leaderboard", grid, "--out", folder)
    assert "is no export" in str(bad.exception)

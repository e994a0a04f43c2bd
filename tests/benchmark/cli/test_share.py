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

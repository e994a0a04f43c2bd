"""What a command ends with: the answer as it is, and next commands that can be pasted into a shell."""

import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmark.analysis.headline import Headline
from benchmark.cli.ending import command, show_answer, show_places
from benchmark.store.workspace import Workspace
from results.verdict import FREEZE, UNDECIDED


def places(capsys, *verdicts, kind="manifest", grid="grid.yaml", workspace=None, page=None):
    said = Headline("freeze or fine-tune?", "v", rows=[{"verdict": verdict} for verdict in verdicts])
    plan = SimpleNamespace(grid=SimpleNamespace(dataset=SimpleNamespace(kind=kind)))
    show_places(said, plan, Path(grid), workspace or Workspace(Path("runs")), page)
    return capsys.readouterr().out


def test_the_answer_is_printed_as_it_is(capsys):
    show_answer(Headline("freeze or fine-tune?", "Freeze for [bold]x[/]", "by −0.010", ["LEAKY split"]))
    assert capsys.readouterr().out == (
        "Freeze or fine-tune? LEAKY split. Freeze for [bold]x[/]: by -0.010.\n"
    )


def test_the_page_and_mlflow_are_named(capsys):
    said = places(capsys, FREEZE, page=Path("paper/report.html"))
    assert "  page    paper/report.html\n" in said
    assert "  MLflow  http://127.0.0.1:5000 after: benchmark ui\n" in said
    assert "benchmark report" not in said, "it is written"


def test_a_server_is_named_without_its_password(capsys):
    server = Workspace(Path("runs"), "https://me:secret@mlflow.example:5000")
    said = places(capsys, FREEZE, workspace=server)
    assert "MLflow  https://" in said
    assert "secret" not in said
    assert "benchmark ui" not in said


def test_what_comes_next_follows_from_the_answer(capsys):
    assert "benchmark report --grid grid.yaml --out paper" in places(capsys, FREEZE)
    assert "benchmark power" not in places(capsys, FREEZE)
    assert "benchmark power --grid grid.yaml" in places(capsys, FREEZE, UNDECIDED)
    assert "benchmark compare" not in places(capsys), "there is nothing to compare"
    assert "benchmark init DATA" in places(capsys, FREEZE, kind="phantom")
    assert "benchmark init DATA" not in places(capsys, FREEZE)


def test_commands_can_be_pasted(capsys, tmp_path):
    odd = places(capsys, FREEZE, grid=tmp_path / "a grid.yaml", workspace=Workspace(tmp_path / "my runs"))
    (line,) = [line for line in odd.splitlines() if " compare " in line]
    words = shlex.split(line.removeprefix("  next"), comments=True)
    assert words[-5:] == [
        "--grid",
        str(tmp_path / "a grid.yaml"),
        "--workspace",
        str(tmp_path / "my runs"),
        "--full",
    ]


@pytest.mark.parametrize(
    ("on_path", "beside_python", "shown"),
    [
        (True, True, "benchmark"),
        (False, True, ".venv/bin/benchmark"),
        (False, False, "benchmark"),  # run from the sources, by `python -m benchmark`
    ],
)
def test_where_no_environment_is_activated_the_program_is_named_by_its_path(
    on_path, beside_python, shown, monkeypatch, tmp_path
):
    folder = tmp_path / ".venv" / "bin"
    folder.mkdir(parents=True)
    if beside_python:
        (folder / "benchmark").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchmark.cli.ending.shutil.which", lambda _: "found" if on_path else None)
    monkeypatch.setattr("sys.executable", str(folder / "python"))
    assert command("ui") == f"{shown} ui"

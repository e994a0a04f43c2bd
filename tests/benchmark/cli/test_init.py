"""`benchmark init`: what it says, what it writes, what it asks."""

import pytest

from benchmark.cli import init
from benchmark.grid.schema import read_grid
from tests.benchmark.setup.drawn import draw_classes


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw_classes(tmp_path / "data")
    return tmp_path


def test_a_grid_is_written_beside_its_manifest_and_the_next_commands_are_said(folder, call):
    done = call("init", "data", "--hours", 0.5)
    assert done.status == 0
    assert "'abnormal' taken for abnormal, 'normal' for normal" in done.out
    assert "written: grid-manifest.csv" in done.out
    assert "shortened: fine-tuning with one learning rate" in done.out
    assert done.out.endswith("benchmark doctor --grid grid.yaml\n  benchmark run --grid grid.yaml\n")
    assert read_grid("grid.yaml").name == "data"


def test_nothing_is_overwritten_without_force(folder, call):
    (folder / "grid.yaml").write_text("mine")
    refused = call("init", "data")
    assert (refused.status, refused.out) == (2, "")
    assert "is there already" in refused.err
    assert (folder / "grid.yaml").read_text() == "mine"
    assert call("init", "data", "--force", "--name", "again", "--out", "grid.yaml").status == 0
    assert read_grid("grid.yaml").name == "again"


def test_bad_data_are_one_line(folder, call):
    done = call("init", "data/normal")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)


def test_without_a_terminal_the_defaults_answer(folder, call, monkeypatch):
    monkeypatch.setattr(init, "at_terminal", lambda: False)
    done = call("init", "data", "--ask")
    assert done.status == 0
    assert "answered by its default" in done.err


def test_answers_go_into_the_grid(folder, call, monkeypatch):
    (folder / "data/normal").rename(folder / "data/plain")
    answers = iter(["plain", "0.3", "mine", "0.07"])
    asked = []

    def prompt(text, default, type=str):
        asked.append((text, default))
        return type(next(answers))

    monkeypatch.setattr(init, "at_terminal", lambda: True)
    monkeypatch.setattr(init.click, "prompt", prompt)
    monkeypatch.setattr(init.click, "confirm", lambda text, default: True)
    done = call("init", "data", "--ask", "--workspace", "my runs")
    assert done.status == 0
    grid = read_grid("grid.yaml")
    assert (grid.name, grid.evaluation.margin) == ("mine", 0.07)
    assert "'plain' taken for abnormal" in done.out
    assert "no file name has a word" in done.out, "patients were to be guessed"
    assert done.out.endswith("benchmark run --grid grid.yaml --workspace 'my runs'\n")
    assert len(asked) == 4


def test_classes_are_kept_where_they_are_asked_for(folder, call, monkeypatch):
    draw_classes(folder / "grades", ("0", "1", "2"))
    refused = call("init", "grades")
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "--task multiclass" in refused.err
    assert call("init", "grades", "--task", "ordinal", "--hours", 0.1).status == 0
    assert read_grid("grid.yaml").dataset.label_task == "ordinal"

    answers = iter(["multiclass", "0.1", "asked", "0.05"])
    asked = []

    def prompt(text, default, type=str):
        asked.append(text)
        return type(next(answers))

    monkeypatch.setattr(init, "at_terminal", lambda: True)
    monkeypatch.setattr(init.click, "prompt", prompt)
    monkeypatch.setattr(init.click, "confirm", lambda text, default: False)
    assert call("init", "grades", "--ask", "--force").status == 0
    assert read_grid("grid.yaml").dataset.label_task == "multiclass"
    assert "Or keep all: multiclass, or ordinal" in asked[0]
    assert "macro AUROC" in asked[-1]

"""The command `power`: its tables, its JSON, and one clear line where nothing is known."""

import json
from pathlib import Path

import pytest

from benchmark import api
from benchmark.cli import power
from benchmark.cli.main import main
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace
from tests.benchmark.planted import answers_from, grid_of, planted

PLACE = Workspace(Path("runs"))


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    grid = grid_of(train_sizes=[50, 400, "full"], body_parts=["elbow"], hand_crafted=None)
    plan, records = planted(tmp_path_factory.mktemp("power"), grid)
    return api.Results(answers_from(plan, records), plan)


@pytest.fixture
def show(results, monkeypatch, capsys):
    monkeypatch.setattr("benchmark.cli.power.api.load_results", lambda *_: results)

    def shown(difference=None, as_json=False):
        power.show_power(Path("grid.yaml"), PLACE, difference, as_json)
        return capsys.readouterr().out

    return shown


def test_the_tables_say_what_is_needed(show):
    text = " ".join(show().split())
    assert "power to find a true difference of 0.02" in text
    assert "power to show equality within +/-0.02" in text
    assert "mean over backbones" in text
    assert "full: all seeds have the same images" in text
    assert "forecast by a straight line" in text


def test_another_difference(show):
    assert "power to find a true difference of 0.1 " in " ".join(show(0.1).split())


def test_json_has_the_rows(show):
    found = json.loads(show(0.1, as_json=True))
    assert {row["assumed"] for row in found["power"]} == {0.1}
    assert {row["backbone"] for row in found["forecasts"]} == {"mean over backbones"}


def test_a_difference_must_be_above_0(results):
    with pytest.raises(UserError, match="must be above 0, not -1"):
        results.power(-1)


def test_without_results_there_is_one_line_and_status_2(write_grid, tmp_path, monkeypatch, capsys):
    grid = write_grid()
    monkeypatch.setattr(
        "sys.argv", ["benchmark", "power", "--grid", str(grid), "--workspace", str(tmp_path / "w")]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1

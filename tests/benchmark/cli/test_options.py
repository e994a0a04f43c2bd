"""Options that several commands have: their environment variables and limits."""

import click
import pytest
from click.testing import CliRunner

from benchmark.cli.main import cli
from benchmark.cli.options import grid_option, jobs_option, tracking_option, workspace_option
from extractors.engines import NAMES


@click.command()
@workspace_option
@tracking_option
@jobs_option
def echo(workspace, tracking_uri, jobs):
    click.echo(f"{workspace} {tracking_uri} {jobs}")


def test_the_environment_gives_what_is_not_typed():
    there = {"BENCHMARK_WORKSPACE": "w", "MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}
    assert CliRunner().invoke(echo, env=there).output == "w http://127.0.0.1:1 None\n"
    assert CliRunner().invoke(echo, ["--workspace", "x"], env=there).output.startswith("x ")
    nothing = dict.fromkeys(there)
    assert CliRunner().invoke(echo, env=nothing).output == "runs None None\n"


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_jobs_are_a_number_of_processes(jobs):
    assert CliRunner().invoke(echo, ["--jobs", jobs]).exit_code == 2


@pytest.mark.parametrize("command", ["run", "plan", "predict", "explain", "worklist"])
def test_commands_that_run_a_frozen_network_know_the_engines(command):
    (option,) = [one for one in cli.commands[command].params if one.name == "engine"]
    assert (option.default, list(option.type.choices)) == ("auto", list(NAMES))


def test_a_grid_is_a_file_or_the_name_of_one_that_ships(monkeypatch, tmp_path):
    @click.command()
    @grid_option
    def show(grid_file):
        click.echo(grid_file.name)

    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(show, ["--grid", "quickstart"]).output == "quickstart.yaml\n"
    assert CliRunner().invoke(show, ["--grid", "own.yaml"]).output == "own.yaml\n"
    for command in ("run", "plan", "status", "report", "doctor", "export", "import", "track", "power"):
        (option,) = [one for one in cli.commands[command].params if "--grid" in one.opts]
        assert option.type.convert("quickstart", option, None).is_file(), command

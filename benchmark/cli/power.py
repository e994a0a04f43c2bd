"""The command `power`: how many seeds, test studies or labelled images would settle a question."""

import json
from pathlib import Path

import click
import pandas as pd

from benchmark import api
from benchmark.analysis.paired_differences import with_recipe
from benchmark.analysis.verdicts import over_backbones
from benchmark.cli.terminal import console, frame_table, say
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace
from results.comparison import POWER
from results.tables.power import NO_SEEDS, NO_STUDIES, UNKNOWN, equality_table, forecast_table, power_table


def show_power(grid_file: Path, workspace: Workspace, difference: float | None, as_json: bool) -> None:
    """Print the planner's tables. Raises UserError where nothing is both frozen and fine-tuned yet."""
    results = api.load_results(workspace, grid_file)
    assert results.plan is not None
    rows, forecasts = results.power(difference), results.forecasts()
    if rows.empty:
        raise UserError(
            f"grid '{results.plan.grid.name}': no backbone has both frozen and fine-tuned results yet, from "
            "which power could be known; first: benchmark run"
        )
    rows = with_recipe(over_backbones(rows))
    if len(forecasts):
        forecasts = with_recipe(over_backbones(forecasts))
    if as_json:
        click.echo(json.dumps({"power": _plain(rows), "forecasts": _plain(forecasts)}, indent=1))
        return
    evaluation = results.plan.grid.evaluation
    first = rows.iloc[0]
    what = f"{evaluation.unit} {evaluation.primary}, fine-tuned minus frozen"
    how = f"at {first['level']:.2g} (the family's first step), and what {POWER:.0%} power needs"
    title = f"{what}: power to find a true difference of {first['assumed']:g} {how}"
    console().print(frame_table(power_table(rows), title))
    title = f"{what}: power to show equality within +/-{first['margin']:g} if they are equal, {how}"
    console().print(frame_table(equality_table(rows), title))
    for line in _notes(rows, same_images=results.plan.grid.full is None):
        say(line)
    if len(forecasts):
        title = f"{what}: forecast by a straight line of each side's log-odds over log(images)"
        console().print(frame_table(forecast_table(forecasts), title))
        say(
            "'agrees': forecast minus measured, paired, is not significant. The law itself is in no interval."
        )


def _notes(rows: pd.DataFrame, same_images: bool) -> list[str]:
    """What the words of the tables mean; with `same_images` all seeds of the size `full` have the same."""
    shown = {
        str(text) for table in (power_table(rows), equality_table(rows)) for text in table.to_numpy().ravel()
    }
    notes = {
        UNKNOWN: "needs a second seed: one shows nothing of how training subsets vary",
        NO_SEEDS: "no number of seeds: what all of them share (test patients, training pool) varies too much",
        NO_STUDIES: "no number of test studies: the training variance alone is too large with so few seeds",
    }
    said = [f"{text}: {why}." for text, why in notes.items() if text in shown]
    if same_images and "full" in set(rows["train_size"]):
        said.append("full: all seeds have the same images, so that SD training is only that of fits on them.")
    return said


def _plain(rows: pd.DataFrame) -> list[dict[str, object]]:
    """The rows with None for what is undefined, since JSON has no NaN."""
    found: list[dict[str, object]] = json.loads(rows.to_json(orient="records"))
    return found

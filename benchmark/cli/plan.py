"""The command plan: apart from the other commands, since it needs no library of statistics or figures."""

import json
from pathlib import Path

import click

from benchmark.cli.external import show_lacking
from benchmark.cli.terminal import console, device_of_networks, embeddings_table, plan_tables, training_table
from benchmark.execution.open_plan import open_plan
from benchmark.execution.planned_embeddings import plan_embeddings
from benchmark.execution.token_room import check_room
from benchmark.grid.schema import read_grid
from benchmark.store.workspace import Workspace
from extractors.engines import AUTO


def show_plan(
    grid_file: Path, workspace: Workspace, as_json: bool, full: bool = False, engine: str = AUTO
) -> None:
    """Print the plan as tables (`full`: a row per extractor and classifier) or as JSON."""
    plan, records = open_plan(read_grid(grid_file), workspace, draw=False)
    if as_json:
        click.echo(json.dumps(plan.rows(), indent=1))
        return
    for table in [*plan_tables(plan, full), training_table(plan)]:
        console().print(table)
    show_lacking(plan)
    device = device_of_networks(plan)
    embeddings = plan_embeddings(plan, records, workspace.cache, engine=engine, device=device)
    if embeddings:
        console().print(embeddings_table(embeddings, plan))
    check_room(plan, plan.images.pixels if plan.images else "", workspace.cache)

"""The command `sites`: a grid file per held-out site, then the verdict over sites and at each."""

import shlex
from pathlib import Path

import pandas as pd

from benchmark.cli.ending import command, workspace_option
from benchmark.cli.terminal import console, frame_table, say, shown
from benchmark.sites_api import Sites, sites
from benchmark.store.workspace import Workspace
from results.frames import records
from results.labels import part_label, size_label
from results.tables.formatting import interval_text, number, p_text, signed
from results.verdict import verdict_text

_AXES = {"body_part": "body part", "comparison": "comparison", "backbone": "backbone"}


def show_sites(grid_file: Path, workspace: Workspace) -> None:
    """Write the grid files that are missing; print what is to be run, and the verdicts that are known."""
    found = sites(grid_file, workspace)
    for site, why in found.missing.items():
        run = f"run --grid {shlex.quote(str(shown(found.grids[site])))}{workspace_option(workspace)}"
        say(f"site '{site}': {why}. {command(run)}")
    if not found.answers:
        return
    each, pooled = found.each(), found.pooled()
    if each.empty:
        say("no network is used in two ways at any site yet")
        return
    console().print(frame_table(_each_table(each, _margin(found)), "each site held out"))
    console().print(frame_table(_pooled_table(pooled, _margin(found)), "over sites"))
    say(
        "Sites are a random effect: the interval is that of the mean over sites, 'another site' where the "
        "difference of a new one is expected. Test patients of sites are others, training patients overlap."
    )


def _margin(found: Sites) -> float:
    return next(iter(found.answers.values())).cells.evaluation.margin


def _axes(rows: pd.DataFrame) -> pd.DataFrame:
    parts, sizes = rows["body_part"].map(part_label), rows["train_size"].map(size_label)
    return rows.assign(body_part=parts)[list(_AXES)].rename(columns=_AXES).assign(images=sizes)


def _each_table(rows: pd.DataFrame, margin: float) -> pd.DataFrame:
    lines = records(rows)
    return _axes(rows).assign(
        site=rows["site"],
        seeds=rows["seeds"],
        difference=[f"{signed(line['difference'])} {interval_text(line, signed)}" for line in lines],
        verdict=[verdict_text(line["verdict"], margin) for line in lines],
    )


def _pooled_table(rows: pd.DataFrame, margin: float) -> pd.DataFrame:
    lines = records(rows)
    others = [{"low": line["new_low"], "high": line["new_high"]} for line in lines]
    return _axes(rows).assign(
        sites=rows["sites"],
        difference=[f"{signed(line['mean'])} {interval_text(line, signed)}" for line in lines],
        **{"another site": [interval_text(other, signed) for other in others]},
        **{"SD over sites": [number(line["tau"]) for line in lines]},
        **{"p (sites equal)": [p_text(line["p_sites"]) for line in lines]},
        **{"p adjusted": [p_text(line["p_adjusted"]) for line in lines]},
        verdict=[line["reason"] or verdict_text(line["verdict"], margin) for line in lines],
    )

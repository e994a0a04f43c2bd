"""From one grid to a grid per site and the verdict over them; cells are planted, nothing is fitted."""

from dataclasses import replace

import pandas as pd
import pytest
import yaml

from benchmark import sites_api
from benchmark.cli.sites import show_sites
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace
from tests.benchmark.planted import grid_of
from tests.planted_study import planted_manifest, planted_study

SITES = {"0": "A", "1": "B", "2": "C", "3": "A", "4": "B"}


@pytest.fixture
def grid_file(tmp_path, monkeypatch):
    """A grid whose planted images are of the sites A, B, C; the cells of A and B are done."""
    grid = grid_of(body_parts=["elbow"], train_sizes=[100], hand_crafted=None)
    path = tmp_path / "grid.yaml"
    path.write_text(yaml.safe_dump(grid.model_dump(mode="json", exclude_defaults=True)))
    whole = planted_manifest(["elbow"], 300, 300)
    digit = whole.images["patient"].str[-1].map(lambda last: SITES.get(last, "B"))
    manifest = replace(whole, others=pd.DataFrame({"site": digit}))

    def opened(grid, workspace, **_):
        if grid.dataset.site == "C":
            raise UserError("body_parts: 'elbow' has no test image; leave it out of the grid")
        return planted_study(workspace.folder, grid, manifest)

    monkeypatch.setattr(sites_api, "load_manifest", lambda *_: manifest)
    monkeypatch.setattr(sites_api, "open_plan", opened)
    return path


def test_each_site_is_tested_on_its_own_patients_and_they_are_pooled(grid_file, tmp_path):
    found = sites_api.sites(grid_file, tmp_path / "runs", jobs=1)
    assert list(found.grids) == ["A", "B", "C"]
    assert list(found.answers) == ["A", "B"]
    assert "has no test image" in found.missing["C"], "the others go on"
    patients = {
        site: set(answers.cells.predictions(answers.finished[0])["patient"])
        for site, answers in found.answers.items()
    }
    assert not patients["A"] & patients["B"]
    assert {answers.finished[0].evaluated_on for answers in found.answers.values()} == {"site A", "site B"}
    assert set(found.each()["site"]) == {"A", "B"}
    assert found.pooled()["sites"].tolist() == [2]


def test_the_command_says_what_to_run_and_what_is_known(grid_file, tmp_path, capsys):
    show_sites(grid_file, Workspace(tmp_path / "runs"))
    text = " ".join(capsys.readouterr().out.split())
    assert "site 'C': body_parts: 'elbow' has no test image" in text
    assert "grid.site-c.yaml" in text
    assert "each site held out" in text
    assert "over sites" in text

"""The code in CONTRIBUTING.md, as a package of its own: each entry works in a small grid."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from benchmark.datasets.manifest import read_manifest
from tests.installed import environment, install

GUIDE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
MODULES = re.findall(r"```python\n# (\S+)\n(.*?)```", GUIDE, re.DOTALL)
NETWORK = "my_lab/sobel"
SCRIPT = """
import json, sys
import benchmark as bm
content = json.loads(sys.argv[1])
results = bm.run(bm.Grid.model_validate(content), "runs", jobs=1, device="cpu", track=False)
folders = content | {"name": "folders", "dataset": {"kind": "folders", "root": sys.argv[2], "protocol": "patient"}}
print(json.dumps({
    "failed": [record.error for record in results.failed],
    "cells": [record.to_json() for record in results.cells],
    "learnt": {cell: len(set(rows)) for cell, rows in results.predictions().groupby("cell")["probability"]},
    "compared": results.compare()[["comparison", "verdict"]].to_dict("records"),
    "folders": bm.plan(bm.Grid.model_validate(folders), "runs").manifest.images.to_dict("records"),
}))
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory, phantom):
    """What the API finds for a grid of all entries, and for images in two folders."""
    folder = tmp_path_factory.mktemp("contributing")
    points = tomllib.loads(re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)[1])["project"]["entry-points"]
    install(folder / "site", "my-lab", points, dict(MODULES) | {"my_lab/__init__.py": ""})
    for number in range(20):
        image = folder / "images" / ("abnormal" if number % 2 else "normal") / f"{number}.png"
        image.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), number).save(image)
    grid = {
        "name": "guide",
        "dataset": {"kind": "mura", "root": str(phantom)},
        "train_sizes": [40],
        "image": {"size": 32},
        "feature_extraction": {"backbones": [NETWORK], "classifiers": ["my_knn"]},
        "template": {"pixels": ["raw", "centred"]},
        "evaluation": {"resamples": 100, "primary": "log_loss"},
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(grid), str(folder / "images")],
        cwd=folder,
        env=environment(folder / "site"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_there_is_a_module_for_each_kind_of_thing():
    assert [path for path, _ in MODULES] == [
        f"my_lab/{name}.py" for name in ("backbones", "knn", "log_loss", "folders", "template")
    ]


def test_the_backbone_and_the_classifier_compute_a_cell(ran):
    assert ran["failed"] == []
    cells = {(cell["backbone"], cell["classifier"]): cell for cell in ran["cells"]}
    knn = cells[NETWORK, "my_knn"]
    assert knn["embedding"]["width"] == 2 * 4 * 4
    assert knn["parameters"]["k"] in (1, 5, 15)
    assert ran["learnt"][knn["cell"]] > 1


def test_the_strategy_computes_its_cells_and_is_compared(ran):
    own = [cell for cell in ran["cells"] if cell["strategy"] == "template"]
    assert {cell["backbone"] for cell in own} == {"raw", "centred"}
    assert len({cell["metrics"]["study"]["auroc"]["value"] for cell in own}) == 2
    assert [row["comparison"] for row in ran["compared"]] == ["template − frozen"]


def test_the_metric_is_in_every_record(ran):
    for cell in ran["cells"]:
        loss = cell["metrics"]["study"]["log_loss"]
        assert 0 < loss["low"] < loss["value"] < loss["high"]


def test_the_data_set_kind_reads_its_folders(ran):
    assert len(ran["folders"]) == 20
    assert {(row["image"].split("/")[0], row["label"]) for row in ran["folders"]} == {
        ("normal", 0),
        ("abnormal", 1),
    }


def test_a_data_set_needs_only_a_csv(tmp_path):
    (columns,) = re.findall(r"only a CSV: `([\w,]+)\[,split\]`", GUIDE)
    (tmp_path / "a.png").touch()
    (tmp_path / "ours.csv").write_text(f"{columns}\na.png,p,s,hand,1\n")
    assert read_manifest(tmp_path / "ours.csv").images["label"].tolist() == [1]

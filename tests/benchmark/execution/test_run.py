"""A strategy and a data set kind that another package registers; rows that are not the manifest's."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from benchmark.execution.executors import share_cores
from benchmark.execution.run import Settings, run_plan
from benchmark.execution.subsets import check_rows
from benchmark.store.workspace import Workspace
from extractors import array_store
from tests.benchmark.opened import open_plan

STRATEGY = """
from typing import Literal
from benchmark.grid.image_free import NoImage
from benchmark.grid.strategies import Method, Strategy
from extractors.registry import lazy
from extractors.validation import Strict
from results.labels import Look

class Brightness(Strict):
    sides: list[Literal["whole", "left"]]

ENTRY = Strategy(
    "brightness", look=Look("brightness", "#000000", "+", "--"), section=Brightness,
    methods=lambda section: [Method("brightness", NoImage(side), ("majority",)) for side in section.sides],
    runner=lazy("toy_runner:run_cells"), versions={"brightness": 1}, against=("fine_tuning",),
)
"""
RUNNER = """
from benchmark.execution.record import finished, now
from classifiers.fitting import Fit

def run_cells(cells, run):
    for planned in cells:
        cell, started = planned.cell, now()
        subset = run.subsets.subset(cell.body_part, cell.train_size, cell.seed, cell.control)
        shown = run.pixels.data[:, :, :16] if cell.backbone == "left" else run.pixels.data
        seconds = {"select": 0.0, "fit": 0.0, "predict": 0.1}
        fit = Fit(shown[subset.test_rows].mean(axis=(1, 2)) / 255, {}, 0.5, 0.5, seconds, 0)
        run.progress("looking", 1, len(cells))
        yield run.write(finished(planned, subset, run.context, fit, started, cost={}))
"""
DATASET = """
from typing import Literal
from benchmark.datasets.kinds import DatasetKeys, DatasetKind
from benchmark.datasets.mura import read_mura
from benchmark.datasets.paths import GridPath

class Tree(DatasetKeys):
    kind: Literal["tree"]
    root: GridPath

ENTRY = DatasetKind("tree", Tree, lambda keys, cache, jobs: read_mura(keys.root))
"""
SCRIPT = """
import json, sys
from pathlib import Path
from benchmark.errors import UserError
from benchmark.execution.executors import share_cores
from benchmark.execution.open_plan import open_plan
from benchmark.execution.run import Settings, run_plan
from benchmark.grid.schema import read_grid
from benchmark.store.workspace import Workspace

folder = Path(sys.argv[1])
workspace = Workspace(folder / "runs")
def statuses():
    plan, records = open_plan(read_grid(folder / "grid.yaml"), workspace)
    return plan, records, [(p.cell.strategy, p.cell.backbone, p.cell.control, p.status) for p in plan.cells]
plan, records, before = statuses()
outcomes = list(run_plan(plan, records, Settings(workspace.cache, share_cores(1), "cpu"), lambda *_: None))
try:
    open_plan(read_grid(folder / "wrong.yaml"), workspace)
except UserError as error:
    wrong = str(error)
print(json.dumps({"before": before, "outcomes": outcomes, "after": statuses()[2], "wrong": wrong}))
"""


@pytest.fixture
def package(tmp_path):
    """A package, as installed, with one strategy and one data set kind."""
    folder = tmp_path / "site"
    info = folder / "toy-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[benchmark.strategies]\ntoy = toy_strategy:ENTRY\n[benchmark.datasets]\ntoy = toy_dataset:ENTRY\n"
    )
    for name, text in (("toy_strategy", STRATEGY), ("toy_runner", RUNNER), ("toy_dataset", DATASET)):
        (folder / f"{name}.py").write_text(text)
    return folder


def test_a_fourth_strategy_needs_one_entry_and_one_runner(package, tmp_path, phantom):
    content = {
        "name": "toy",
        "dataset": {"kind": "tree", "root": str(phantom)},
        "train_sizes": [40],
        "image": {"size": 32},
        "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["majority"]},
        "brightness": {"sides": ["whole", "left"]},
        "controls": ["leaky_split", "body_part"],
        "exclude": [{"strategy": "brightness", "backbone": "left"}],
        "evaluation": {"resamples": 100},
    }
    (tmp_path / "grid.yaml").write_text(yaml.safe_dump(content))
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(content | {"brightness": {"side": ["left"]}}))
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(package)!r})\n{SCRIPT}"]
    output = subprocess.run([*command, str(tmp_path)], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = json.loads(output)
    cells = [
        ("hand_crafted", "glcm", ""),
        ("brightness", "whole", ""),
        ("no_image", "body_part", "body_part"),
    ]
    assert {tuple(cell) for cell in found["before"]} == {(*cell, "missing") for cell in cells}
    assert [status for _, status in found["outcomes"]] == ["ok"] * 3
    assert {tuple(cell) for cell in found["after"]} == {(*cell, "done") for cell in cells}
    assert "brightness.side: unknown key; did you mean 'sides'" in found["wrong"]


def test_pixels_in_another_order_than_the_manifest_are_refused(write_grid, tmp_path, monkeypatch):
    plan, records = open_plan(write_grid(train_sizes=[40]), Workspace(tmp_path / "runs"))
    settings = Settings(tmp_path / "cache", share_cores(1), "cpu")
    original = array_store.PartialArray.finish
    monkeypatch.setattr(
        array_store.PartialArray,
        "finish",
        lambda self, ids, **meta: original(self, [*ids[1:], ids[0]], **meta),
    )
    with pytest.raises(ValueError, match=r"the pixels in .*: row 0 is of '.*', but the manifest's row is of"):
        list(run_plan(plan, records, settings, lambda *_: None))


def test_an_embedding_in_another_order_is_refused(write_grid, tmp_path, monkeypatch):
    from benchmark.execution import run

    plan, records = open_plan(write_grid(train_sizes=[40]), Workspace(tmp_path / "runs"))
    settings = Settings(tmp_path / "cache", share_cores(1), "cpu")
    embedding = array_store.StoredArray(Path("e"), np.zeros((1, 2)), ["one.png"], "", {})
    monkeypatch.setattr(run, "load_embeddings", lambda *args, **kwargs: [embedding])
    with pytest.raises(
        ValueError, match=r"the embedding of glcm in e: 1 rows, but the manifest has \d+ images"
    ):
        list(run_plan(plan, records, settings, lambda *_: None))


def test_rows_in_the_order_of_the_manifest_pass():
    check_rows(SimpleNamespace(ids=["a", "b"], folder=Path("p")), ["a", "b"], "the pixels")

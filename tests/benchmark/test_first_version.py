"""A workspace and a grid made by the first version of the suite stay readable.

Its cells are stale by now, since the recipes gave other numbers; here they are compared as if they were not.
"""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

import benchmark as bm
from benchmark.datasets.names import SPLITS_VERSION
from benchmark.execution import plan
from benchmark.execution.plan import fingerprint_of
from benchmark.grid.strategies import STRATEGIES
from results.verdict import UNDECIDED
from tests.benchmark.execution.test_plan import DEFAULT

FIRST = Path(__file__).parents[1] / "data" / "first_version.zip"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    with ZipFile(FIRST) as archive:
        archive.extractall(folder)
    grid = folder / "grid.yaml"
    content = yaml.safe_load(grid.read_text())
    content["fine_tuning"]["recipe"] = DEFAULT
    grid.write_text(yaml.safe_dump(content))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "fingerprint_of", _fingerprint_then)
        yield folder


def _fingerprint_then(cell, grid, digest):
    """The fingerprint with the versions of then, and without what did not matter then."""
    known = fingerprint_of(cell, grid, digest)
    del known["unit"]
    versions = dict.fromkeys(STRATEGIES[cell.strategy].versions, 2)
    return known | {"recipe": {**versions, "splits": SPLITS_VERSION}}


@pytest.fixture(scope="module")
def results(first):
    return bm.load_results(first / "runs", first / "grid.yaml")


def stored(first):
    return {path.parent.name: json.loads(path.read_text()) for path in first.glob("runs/*/*/result.json")}


def test_every_cell_is_done_under_its_old_id(first):
    cells = bm.plan(first / "grid.yaml", first / "runs").cells
    assert {planned.status for planned in cells} == {"done"}
    assert {planned.cell.id for planned in cells} == set(stored(first))


def test_a_run_computes_nothing(first, monkeypatch):
    monkeypatch.setattr("benchmark.execution.run.run_plan", lambda *_, **__: pytest.fail("computed again"))
    assert len(bm.run(first / "grid.yaml", first / "runs", track=False).cells) == 28


def test_metrics_are_those_that_were_stored(first, results):
    old = stored(first)
    for record in results.cells:
        assert record.to_json() == old[record.cell]
    value = results.metrics().query(
        "unit == 'study' and metric == 'auroc' and cell == @results.cells[0].cell"
    )
    assert value["value"].iloc[0] == old[results.cells[0].cell]["metrics"]["study"]["auroc"]["value"]


def test_its_differences_are_those_that_the_first_version_printed(results):
    rows = [row for row in results.answers.head_to_head if row["verdict"]]
    shown = [(row["train_size"], round(row["frozen"], 3), round(row["difference"], 3)) for row in rows]
    assert shown == [(60, 0.567, -0.083), ("full", 0.8, -0.033)]
    printed = -0.444, 0.277  # over test patients alone
    assert rows[0]["low"] < printed[0]
    assert printed[1] < rows[0]["high"]
    for row in rows:
        assert row["verdict"] == UNDECIDED


@pytest.mark.usefixtures("one_pixel_figures")
def test_its_report_is_written(results, tmp_path):
    page = bm.report(results, tmp_path / "paper", jobs=1).folder / "report.html"
    assert "undecided" in page.read_text(encoding="utf-8")

"""From a grid to its plan."""

import logging
import shutil
from shutil import copytree

import pandas as pd
import pytest

from benchmark import api
from benchmark.errors import UserError
from benchmark.execution.open_plan import load_manifest, open_plan
from benchmark.execution.planned_embeddings import plan_embeddings
from benchmark.grid.schema import Grid, read_grid
from benchmark.store.workspace import Workspace


def test_a_grid_that_never_ran_is_planned_as_missing(write_grid, phantom, tmp_path):
    grid, workspace = read_grid(write_grid()), Workspace(tmp_path / "runs")
    plan, records = open_plan(grid, workspace)
    assert {planned.status for planned in plan.cells} == {"missing"}
    assert records.folder == workspace.folder / "small"
    assert len(plan.manifest.images) == len(list(phantom.glob("*/*/*/*/*.png")))
    assert not workspace.folder.exists(), "a plan writes nothing"


def test_a_drawn_data_set_goes_into_the_cache(write_grid, tmp_path):
    dataset = {"kind": "phantom", "patients": 10, "long_side": 32}
    grid = read_grid(write_grid(dataset=dataset))
    drawn = load_manifest(grid.dataset, tmp_path / "cache")
    assert drawn.root.is_relative_to(tmp_path / "cache")
    again = load_manifest(grid.dataset, tmp_path / "cache")
    pd.testing.assert_frame_equal(drawn.images, again.images)


def by_site(tmp_path, sites):
    """A grid of a CSV whose images are of these sites, one patient each; hand 3 is of patient 0 too."""
    rows = [f"{n}.png,p{0 if n == 3 else n},s{n},hand,{n % 2},{site}" for n, site in enumerate(sites)]
    (tmp_path / "manifest.csv").write_text("\n".join(["path,patient,study,body_part,label,site", *rows]))
    for n in range(len(sites)):
        (tmp_path / f"{n}.png").write_bytes(b"")
    dataset = {"kind": "manifest", "root": str(tmp_path), "protocol": "site", "site": "A"}
    frozen = {"descriptors": ["edges"], "classifiers": ["majority"]}
    return Grid.model_validate({"name": "g", "dataset": dataset, "hand_crafted": frozen})


def test_a_held_out_site_is_the_test_set_and_part_of_the_fingerprint(tmp_path, caplog):
    workspace = Workspace(tmp_path / "runs")
    plan, _ = open_plan(by_site(tmp_path, "AABBBC"), workspace)
    assert (plan.test.tolist(), plan.pool.tolist()) == ([0, 1], [2, 4, 5])
    assert plan.evaluated_on == "site A"
    assert "1 image is neither for training nor for testing" in caplog.text
    assert "in two splits" not in caplog.text
    other, _ = open_plan(by_site(tmp_path, "AABBBA"), workspace)
    digests = [one.cells[0].fingerprint["manifest"] for one in (plan, other)]
    assert plan.manifest.digest() == other.manifest.digest(), "a describing column decides no row"
    assert digests[0] != digests[1]


def test_data_that_are_not_there_are_one_line(write_grid, tmp_path):
    grid = read_grid(write_grid(dataset={"kind": "manifest", "root": str(tmp_path / "nowhere")}))
    with pytest.raises(UserError, match="nowhere"):
        open_plan(grid, Workspace(tmp_path / "runs"))


@pytest.fixture
def shared_patients(phantom, tmp_path):
    """A manifest with columns named otherwise, in which every patient of the phantom is on both sides."""
    from benchmark.datasets.mura import read_mura

    folder = copytree(phantom, tmp_path / "images")
    images = read_mura(folder).images
    images["study"] = images["study"].str.replace("/", "-")
    rows = images.assign(split=["train" if n % 2 else "test" for n in range(len(images))])
    rows = rows.rename(columns={"patient": "Patient ID"})
    rows.to_csv(folder / "manifest.csv", index=False, sep=";")
    return folder


def test_a_split_that_leaks_and_how_the_data_were_read_are_said_before_anything_is_computed(
    write_grid, shared_patients, tmp_path, caplog
):
    grid = write_grid(dataset={"kind": "manifest", "root": str(shared_patients)})
    with caplog.at_level(logging.WARNING, "benchmark"):
        plan, _ = open_plan(read_grid(grid), Workspace(tmp_path / "runs"))
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith(
        "manifest.csv is read with: fields separated by ';', column 'image' taken for 'path'"
    )
    assert "column 'Patient ID' taken for 'patient'" in said[0]
    assert said[1].startswith("DATA003: patients in two splits: ")
    assert "protocol: patient" in said[-1]
    assert plan.leaky_parts == set(plan.grid.body_parts)


def test_a_sound_split_is_passed_in_silence(write_grid, tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "benchmark"):
        plan, _ = open_plan(read_grid(write_grid()), Workspace(tmp_path / "runs"))
    assert caplog.records == []
    assert (plan.findings, plan.leaky_parts) == ([], frozenset())


def test_a_protocol_that_keeps_patients_apart_does_not_leak(write_grid, shared_patients, tmp_path, caplog):
    dataset = {"kind": "manifest", "root": str(shared_patients), "protocol": "patient"}
    plan, _ = open_plan(read_grid(write_grid(dataset=dataset)), Workspace(tmp_path / "runs"))
    assert "DATA003" not in {finding.code for finding in plan.findings}
    assert plan.leaky_parts == frozenset()


def test_a_phantom_is_planned_without_a_pixel(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmark.datasets.phantom.draw._draw", lambda *_: pytest.fail("a phantom is drawn"))
    content = {
        "name": "g",
        "dataset": {"kind": "phantom", "patients": 40},
        "feature_extraction": {"backbones": ["bundled"], "classifiers": ["majority"]},
    }
    place = Workspace(tmp_path / "runs")
    plan, records = open_plan(Grid.model_validate(content), place, draw=False)
    assert [(planned.status, planned.reason) for planned in plan.cells] == [("missing", "never run")]
    assert not plan_embeddings(plan, records, place.cache)[0].cached
    assert not place.folder.exists()


def test_cells_stay_done_where_the_cache_with_the_phantom_was_deleted(tmp_path):
    content = {
        "name": "g",
        "dataset": {"kind": "phantom", "patients": 20, "long_side": 32},
        "image": {"size": 16},
        "hand_crafted": {"descriptors": ["edges"], "classifiers": ["majority"]},
    }
    grid = Grid.model_validate(content)
    api.run(grid, tmp_path / "runs", jobs=1, track=False)
    shutil.rmtree(tmp_path / "runs" / ".cache")
    assert [planned.status for planned in api.plan(grid, tmp_path / "runs").cells] == ["done"]
    assert not (tmp_path / "runs" / ".cache").exists()

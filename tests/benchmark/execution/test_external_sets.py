"""The sets of a grid: rows of a body part, which cells they test, and what a finished cell lacks."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from benchmark.execution.external_sets import ExternalSet, external_sets, lacking
from benchmark.execution.image_state import ImageState
from benchmark.grid.schema import read_grid
from benchmark.store.records import Records
from results.label_tasks import LabelTask
from tests.benchmark.datasets.test_external import manifest_of
from tests.benchmark.recorded import finished


@pytest.fixture
def home(tmp_path):
    rows = [(f"p{n}", ("hand", "wrist")[n % 2], n // 2 % 2) for n in range(8)]
    return manifest_of(tmp_path / "home", rows)


def test_a_grid_gives_hospitals_then_rungs_and_a_line_for_what_cannot_be_used(home, write_grid, tmp_path):
    away = manifest_of(tmp_path / "away", [("q1", "hand", 0), ("q2", "hand", 1), ("q3", "foot", 1)])
    away.images.rename(columns={"image": "path"}).drop(columns="split").to_csv(
        tmp_path / "away" / "manifest.csv", index=False
    )
    sets = [{"name": name, "root": f"{name}"} for name in ("away", "nowhere")]
    grid = read_grid(
        write_grid(external=sets, corruptions={"kinds": ["blur"], "strengths": [1, 3]}, body_parts=["hand"])
    )
    found, lines = external_sets(
        grid, home, home.images.index[4:].to_numpy(), tmp_path / "c", read_images=False
    )
    assert [one.name for one in found] == ["away", "blur-1", "blur-3"]
    assert [len(one.images) for one in found] == [2, 2, 2], "of the rungs the hands of the test set"
    assert len({one.digest for one in found}) == 3
    assert len(lines) == 2
    assert all("\n" not in line for line in lines)
    assert "external 'nowhere'" in lines[1]
    assert lines[1].endswith("the grid goes on without this set")


def test_one_set_under_two_names_is_tested_once_and_said_in_one_line(home, write_grid, tmp_path):
    away = manifest_of(tmp_path / "away", [("q1", "hand", 0), ("q2", "hand", 1)])
    away.images.rename(columns={"image": "path"}).drop(columns="split").to_csv(
        tmp_path / "away" / "manifest.csv", index=False
    )
    grid = read_grid(write_grid(external=[{"name": name, "root": "away"} for name in ("away", "again")]))
    test = home.images.index[4:].to_numpy()
    found, lines = external_sets(grid, home, test, tmp_path / "c", read_images=False)
    assert [one.name for one in found] == ["away"]
    (said,) = lines
    assert said.startswith("external 'again': it has the same images as 'away'")
    assert said.endswith("the grid goes on without this set")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("kind", "task", "way_out"),
    [("mura", "multiclass", "give a manifest"), ("dicom", "multilabel", "make a manifest of it")],
)
def test_a_set_whose_kind_has_no_such_labels_is_one_line(home, write_grid, tmp_path, kind, task, way_out):
    home = replace(home, task=LabelTask(task, ("a", "b", "c")))
    images = home.images.assign(**{f"label:{name}": 1.0 for name in "abc"})
    home = replace(home, images=images)
    (tmp_path / "away").mkdir()
    grid = read_grid(write_grid(external=[{"name": "away", "root": "away", "kind": kind}]))
    test = home.images.index[4:].to_numpy()
    found, (said,) = external_sets(grid, home, test, tmp_path / "c", read_images=False)
    assert found == []
    assert said.startswith("external 'away'")
    assert way_out in said
    assert "\n" not in said


def one_of(digest="d", state=None):
    images = pd.DataFrame({"image": ["a", "b"], "body_part": ["hand", "foot"]})
    return ExternalSet("away", digest, images, state=state)


def cell_of(part, control=""):
    return SimpleNamespace(body_part=part, control=control)


def test_a_cell_is_tested_on_the_images_of_its_part():
    one = one_of()
    assert one.tests(cell_of("hand"))
    assert one.tests(cell_of("all"))
    assert not one.tests(cell_of("wrist"))
    assert not one.tests(cell_of("hand", "majority"))
    assert not replace(one, untested=frozenset({"hand"})).tests(cell_of("hand"))
    assert replace(one, untested=frozenset({"hand"})).tests(cell_of("all"))
    assert one.rows_of("foot").tolist() == [1]
    assert one.rows_of("all").tolist() == [0, 1]
    assert one.only(one.rows_of("foot")).images["image"].tolist() == ["b"]


@pytest.mark.parametrize(
    ("record", "state", "lacks"),
    [
        ({}, None, ("away",)),
        ({"away": {"digest": "d", "pixels_digest": "p", "why_not": "no model"}}, None, ()),
        ({"away": {"digest": "other", "pixels_digest": "p", "why_not": "no model"}}, None, ("away",)),
        (
            {"away": {"digest": "d", "pixels_digest": "p", "why_not": "no model"}},
            ImageState("", "q"),
            ("away",),
        ),
        ({"away": {"digest": "d", "pixels_digest": "p", "predictions_sha256": "0"}}, None, ("away",)),
    ],
)
def test_a_cell_lacks_what_was_not_tested_or_not_as_it_is_now(tmp_path, record, state, lacks):
    records = Records(tmp_path, "g")
    known = finished(external=record)
    assert lacking(cell_of("hand"), known, [one_of(state=state)], records) == lacks
    assert lacking(cell_of("wrist"), known, [one_of(state=state)], records) == ()

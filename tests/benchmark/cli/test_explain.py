"""`benchmark explain` on the kept models of a small grid: named studies, the gallery, and bad input."""

from dataclasses import replace

import pytest

from benchmark.analysis.kept_grid import read_kept_grid
from benchmark.prediction.cells import models_of


@pytest.fixture
def asked(kept_run):
    """The options that name a kept model."""
    _, records = kept_run
    record = next(r for r in models_of(records) if r.classifier == "logistic_regression")
    grid = records.folder.parents[1] / "grid.yaml"
    return ["--workspace", records.folder.parent, "--grid", grid, "--cell", record.cell[:10]]


def test_a_folder_gives_a_picture_and_a_page(call, asked, kept_run, tmp_path):
    image = kept_run[0].manifest.paths()[0]
    done = call("explain", *asked, image.parent, "--out", tmp_path / "out")
    assert (done.status, done.err) == (0, "")
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".html", ".png"]
    assert "1 pictures in " in done.out


def test_without_paths_the_gallery_of_the_test_set_is_written(call, asked, tmp_path, monkeypatch):
    monkeypatch.setattr("benchmark.prediction.gallery.MOST", 1)
    assert call("explain", *asked, "--out", tmp_path / "out").status == 0
    html = (tmp_path / "out" / "explanations.html").read_text()
    assert "True positives" in html
    assert "truth: normal" in html


def test_a_gallery_by_the_grids_name_is_that_of_its_file(call, asked, tmp_path, monkeypatch):
    monkeypatch.setattr("benchmark.prediction.gallery.MOST", 1)
    by_name = [*asked[:3], "kept", *asked[4:]]
    for options, out in ((asked, "file"), (by_name, "name")):
        assert call("explain", *options, "--out", tmp_path / out).status == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "file").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "name").iterdir()} == files


def test_a_gallery_by_name_needs_to_know_where_the_images_are(call, asked, kept_run, tmp_path, monkeypatch):
    earlier = replace(read_kept_grid(kept_run[1]), dataset=None)
    monkeypatch.setattr("benchmark.models_api.read_kept_grid", lambda records: earlier)
    asked[3] = "kept"
    done = call("explain", *asked, "--out", tmp_path / "out")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "name images to explain, give the grid file, or run the grid again" in done.err


def test_an_image_that_cannot_be_read_is_one_line_and_status_2(call, asked, kept_run, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    done = call("explain", *asked, bad, kept_run[0].manifest.paths()[0], "--out", tmp_path / "out")
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1
    assert "1 pictures in " in done.out


def test_the_majority_has_nothing_to_show(call, asked, kept_run, tmp_path):
    majority = next(r for r in models_of(kept_run[1]) if r.classifier == "majority")
    asked[5] = majority.cell
    done = call("explain", *asked, kept_run[0].manifest.paths()[0], "--out", tmp_path / "out")
    assert done.status == 2
    assert "looks at no image" in done.err
    assert "Traceback" not in done.err

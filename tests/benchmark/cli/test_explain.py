"""`benchmark explain` on the kept models of a small grid: named studies, the gallery, and bad input."""

import pytest

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


def test_a_gallery_needs_the_grid_file(call, asked, tmp_path):
    asked[3] = "kept"
    done = call("explain", *asked, "--out", tmp_path / "out")
    assert done.status == 2
    assert "give the grid file" in done.err


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

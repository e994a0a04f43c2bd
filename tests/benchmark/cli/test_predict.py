"""`benchmark predict` and `benchmark worklist` on the kept models of a small grid."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from benchmark.prediction.cells import models_of


@pytest.fixture
def asked(kept_run):
    """The options that name the best kept model, and its record."""
    _, records = kept_run
    record = models_of(records)[0]
    return ["--workspace", records.folder.parent, "--grid", "kept", "--cell", record.cell[:10]], record


@pytest.fixture
def folder(kept_run):
    """A study folder of the test set, with several views."""
    images = kept_run[0].manifest.images
    name = images["study"].value_counts().index[0]
    image = images.loc[images["study"] == name, "image"].iloc[0]
    return (kept_run[0].manifest.root / image).parent


def test_a_folder_is_judged_as_one_study(call, asked, folder):
    options, record = asked
    done = call("predict", *options, folder, "--json")
    (found,) = json.loads(done.out)
    assert done.status == 0
    assert found["study"] == str(folder)
    assert found["probability"] == pytest.approx(np.mean([image["probability"] for image in found["images"]]))
    assert found["label"] == int(found["probability"] >= record.threshold)
    assert found["decision"] in ("normal", "abnormal", "abstains")


def test_csv_and_table_say_the_same(call, asked, folder):
    options, _ = asked
    (row,) = csv.DictReader(io.StringIO(call("predict", *options, folder, "--csv").out))
    table = call("predict", *options, folder).out
    assert f"{float(row['probability']):.3f}" in table
    assert row["decision"] in table


def test_a_grid_file_names_the_grid_too(call, asked, folder, kept_run):
    _, records = kept_run
    options = [*asked[0]]
    options[3] = records.folder.parents[1] / "grid.yaml"
    assert call("predict", *options, folder, "--json").status == 0


def test_bad_images_are_one_line_each_and_the_others_are_judged(call, asked, folder, tmp_path):
    options, _ = asked
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no image at all")
    done = call("predict", *options, bad, folder, "--json")
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1
    assert "cannot be read as an image" in done.err
    assert json.loads(done.out)[1]["probability"] > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({5: "zzzz"}, "0 kept models begin with 'zzzz'"),
        ({3: "absent"}, "has kept no model"),
        ({3: "absent.yaml"}, "absent.yaml"),
    ],
)
def test_a_wrong_name_is_said_without_a_traceback(call, asked, folder, change, said):
    options = [*asked[0]]
    for place, value in change.items():
        options[place] = value
    done = call("predict", *options, folder)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_an_absent_path_is_said(call, asked):
    done = call("predict", *asked[0], "absent.png")
    assert (done.status, "absent.png does not exist" in done.err) == (2, True)


def test_a_worklist_is_ordered_and_has_a_page(call, asked, kept_run, tmp_path):
    options, _ = asked
    root = kept_run[0].manifest.root / "valid"
    done = call("worklist", *options, root, "--out", tmp_path / "list")
    assert done.status == 0
    table = pd.read_csv(tmp_path / "list" / "worklist.csv")
    assert len(table) == kept_run[0].manifest.images["study"].iloc[kept_run[0].test].nunique()
    assert table["probability"].is_monotonic_decreasing
    page = (tmp_path / "list" / "worklist.html").read_text()
    assert "not a medical device" in page
    assert page.count("data:image/png;base64,") == min(40, len(table))

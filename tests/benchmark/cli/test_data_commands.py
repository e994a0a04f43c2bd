"""The commands below `benchmark data`, as they are typed."""

import json

import pytest

from tests.benchmark.datasets.dicom.studies import secrets_in, write_folder, write_tables_of_tasks
from tests.benchmark.datasets.task_tables import GRADES, OPTIONS, write_tables


def test_augment_draws_each_recipe(write_grid, tmp_path, call):
    grid = write_grid(fine_tuning={"backbones": ["bundled"], "recipe": "default"})
    done = call("data", "augment", "--grid", grid, "--out", tmp_path / "out")
    assert (done.status, done.err) == (0, "")
    assert "augmentation_end" in done.out
    assert len(list((tmp_path / "out").glob("augmentation_*.png"))) == 1


def test_augment_without_fine_tuning_is_one_line(write_grid, tmp_path, call):
    done = call("data", "augment", "--grid", write_grid(), "--out", tmp_path / "out")
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "trains no network on images" in done.err


def test_phantom_and_verify_work_together(tmp_path, call):
    options = ("--patients", "10", "--long-side", "32", "--jobs", "1")
    assert call("data", "phantom", tmp_path / "p", *options).status == 0
    done = call("data", "verify", tmp_path / "p", "--jobs", "1")
    assert done.status == 1, "ten patients leave parts with one class, which is an error"
    assert "DATA005" in done.out


@pytest.mark.parametrize("command", ["augment", "explore", "manifest"])
def test_a_missing_option_is_named(command, call):
    done = call("data", command, *(["x"] if command == "explore" else []))
    assert done.status == 2
    assert "Missing option" in done.err


def test_dicom_files_become_a_manifest_that_verify_and_explore_take(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_folder(tmp_path / "in", 8, PatientAge="045Y")
    salt = tmp_path / "salt"
    convert = ("data", "manifest", "--dicom", tmp_path / "in", "--salt-file", salt, "--jobs", "1")
    done = call(*convert, "--out", tmp_path / "out")
    assert (done.status, secrets_in(done.out + done.err)) == (0, [])
    assert "8 images; manifest: " in done.out
    assert salt.read_text().strip() not in done.out + done.err
    assert call("data", "verify", tmp_path / "out", "--jobs", "1").status == 0
    assert call("data", "explore", tmp_path / "out", "--out", tmp_path / "charts").status == 0
    assert "age,40-49,0,4,4" in (tmp_path / "charts/acquisition.csv").read_text()
    inside = tmp_path / "new" / "salt"
    told = call(*convert[:4], "--salt-file", inside, "--out", inside.parent)
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "must lie outside of" in told.err


def test_dicom_files_with_findings_become_such_a_manifest(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = write_tables_of_tasks(tmp_path / "in")
    convert = ("data", "manifest", "--dicom", root, "--salt-file", tmp_path / "salt", "--jobs", "1")
    assert call(*convert, "--labels", root / "findings.csv", "--out", tmp_path / "f").status == 0
    assert "label:bar,label:mass" in (tmp_path / "f/manifest.csv").read_text()
    grades = (*convert, "--labels", root / "grades.csv", "--out", tmp_path / "g")
    assert call(*grades, "--classes", "a,b").status == 2
    assert call(*grades, "--task", "ordinal", "--classes", "none,mild,severe").status == 0
    assert call("data", "verify", tmp_path / "g", "--task", "multiclass", "--jobs", "1").status == 0
    (root / "findings.csv").rename(root / "labels.csv")
    assert "not_read" in call("data", "verify", root, "--jobs", "1").out


@pytest.mark.parametrize("task", OPTIONS)
def test_croissant_serves_every_task(task, tables, tmp_path, call):
    name, *options = OPTIONS[task]
    done = call("data", "croissant", tables / name, *options, "--name", "x", "--out", tmp_path / "c.json")
    assert done.status == 0
    fields = json.loads((tmp_path / "c.json").read_text())["recordSet"][0]["field"]
    types = {field["name"]: field["dataType"] for field in fields if field["name"].startswith("label")}
    findings = {"label:mass": "sc:Boolean", "label:effusion": "sc:Boolean"}
    assert types == (findings if task == "multilabel" else {"label": "sc:Text"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "name one of --medmnist FILE and --dicom FOLDER"),
        (("--medmnist", "x.npz", "--salt-file", "s"), "--salt-file belongs to --dicom"),
        (("--dicom", "x", "--abnormal", "1"), "--abnormal belongs to --medmnist"),
    ],
)
def test_options_of_the_other_kind_are_named(tmp_path, call, options, message):
    done = call("data", "manifest", *options, "--out", tmp_path / "out")
    assert done.status == 2
    assert message in done.err


def test_a_data_set_is_described_and_what_is_missing_is_said(phantom, tmp_path, call):
    out = tmp_path / "croissant.json"
    done = call("data", "croissant", phantom, "--out", out, "--name", "drawn")
    assert done.status == 0, done.err
    assert json.loads(out.read_text())["name"] == "drawn"
    assert "give --licence" in done.err
    assert "belongs into the folder of the data" in done.err


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return write_tables(tmp_path_factory.mktemp("tables") / "t", images=120)


@pytest.mark.parametrize("task", OPTIONS)
def test_verify_and_explore_serve_every_task(task, tables, tmp_path, call):
    name, *options = OPTIONS[task]
    done = call("data", "verify", tables / name, *options, "--jobs", "1")
    assert (done.status, done.err) == (0, "")
    assert "DATA016" in done.out
    assert ("not_read" if task == "multilabel" else "severe") in done.out
    done = call("data", "explore", tables / name, *options, "--out", tmp_path / "out")
    assert done.status == 0
    header = (tmp_path / "out/counts.csv").read_text().splitlines()[0]
    assert header.split(",")[2] == ("finding" if task == "multilabel" else "label")


@pytest.mark.parametrize("task", OPTIONS)
def test_audit_serves_every_task(task, tables, tmp_path, call):
    name, *options = OPTIONS[task]
    done = call("data", "audit", tables / name, *options, "--jobs", "1", "--out", tmp_path / "out", "--json")
    findings = {finding["code"]: finding for finding in json.loads(done.out)["findings"]}
    size = findings["AUDIT005"]
    assert (size["severity"], size["shortcut"]["auroc"]) == ("warning", 1)
    assert size["shortcut"]["of"] in (("effusion",) if task == "multilabel" else GRADES)
    assert (tmp_path / "out/audit.html").is_file()


@pytest.mark.parametrize("command", ["verify", "audit", "explore", "croissant"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "dataset.task: multiclass or ordinal"),
        (("--task", "ordinal"), "no number"),
        (("--task", "multilabel"), "label:NAME"),
    ],
)
def test_labels_of_another_task_are_one_line(command, options, message, tables, tmp_path, call):
    place = [] if command == "verify" else ["--out", tmp_path / "out"]
    done = call("data", command, tables / "classes.csv", *options, *place)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert message in done.err

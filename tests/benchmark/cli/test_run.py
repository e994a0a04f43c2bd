import json
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmark import api
from benchmark.analysis.answers import Answers
from benchmark.analysis.finished import read_records
from benchmark.cli.plan import show_plan
from benchmark.cli.run import _write_report, run_grid, show_comparison, show_status
from benchmark.datasets.mura import read_mura
from benchmark.errors import UserError
from benchmark.store.workspace import Workspace
from extractors import bundled
from extractors.digests import file_digest
from tests.benchmark.opened import open_plan


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "runs")


def run(grid, workspace, **changes):
    return run_grid(grid, workspace, **({"jobs": 1, "device": "cpu", "skip_unreadable": False} | changes))


def statuses(grid, workspace):
    return [planned.status for planned in open_plan(grid, workspace)[0].cells]


@pytest.fixture
def predictions_of(workspace):
    def read(grid):
        plan, records = open_plan(grid, workspace)
        return {
            planned.cell: records.read_predictions(records.read(planned.cell.id)) for planned in plan.cells
        }

    return read


def test_compare_says_how_many_images_freezing_needs(findings, monkeypatch, capsys):
    results = api.Results(Answers(findings.evaluated, findings.evaluated), findings.plan)
    monkeypatch.setattr("benchmark.cli.run.api.load_results", lambda *_: results)
    show_comparison("grid.yaml", Workspace(Path("runs")), as_json=False)
    short = capsys.readouterr().out
    assert short.startswith("Freeze or fine-tune? ")
    assert " ".join(results.answers.headline.sentence.split()[:4]) in short
    assert "needs to equal" not in short
    show_comparison("grid.yaml", Workspace(Path("runs")), as_json=False, full=True)
    text = " ".join(capsys.readouterr().out.split())
    assert "study auroc: images that freezing needs to equal fine-tuning" in text
    assert "times [" in text


def test_a_grid_runs_once_and_then_is_done(write_grid, workspace, predictions_of, capsys):
    grid = write_grid(
        feature_extraction={
            "backbones": [{"name": "mobilenetv3_small_050", "weights": "random"}],
            "classifiers": ["linear_svm"],
        }
    )
    assert set(statuses(grid, workspace)) == {"missing"}
    assert run(grid, workspace) == 0
    said = capsys.readouterr().out
    assert "linear_svm" in said, "scores, where there is no answer"
    assert "Freeze or fine-tune? No answer: no network" in said
    assert set(statuses(grid, workspace)) == {"done"}
    predictions = predictions_of(grid)
    assert len(predictions) == 6
    for rows in predictions.values():
        assert list(rows) == ["image", "study", "patient", "body_part", "label", "probability"]
        assert rows["probability"].between(0, 1).all()
        assert rows["image"].str.startswith("valid/").all(), "only test images are predicted"
    tests = {tuple(rows["image"]) for rows in predictions.values()}
    assert len(tests) == 1, "every method and size is tested on the same images"


def test_tables_are_shown_with_full_or_where_there_is_no_answer(write_grid, workspace, capsys):
    networks = [{"name": "test_efficientnet", "weights": "random"}]
    grid = write_grid(
        train_sizes=[40],
        hand_crafted=None,
        feature_extraction={"backbones": networks, "classifiers": ["logistic_regression"]},
        fine_tuning={"backbones": networks, "recipe": {"epochs": 1}},
    )
    assert run(grid, workspace) == 0
    said = capsys.readouterr().out
    assert "Freeze or fine-tune? No claim from one seed with 40 images: with 40 images, fine-tuning" in said
    assert "logistic_regression" not in said
    assert "  next    benchmark report --grid" in said
    assert run(grid, workspace, full=True) == 0
    full = capsys.readouterr().out
    assert "logistic_regression" in full
    assert "what the verdicts rest on" in full
    assert "Freeze or fine-tune? No claim" in full


@pytest.mark.usefixtures("one_pixel_figures")
def test_a_run_may_write_its_report(small_run, tmp_path, capsys, monkeypatch):
    def refuse(*_):
        raise UserError("MLflow is not there")

    monkeypatch.setattr("benchmark.cli.run.track_report", refuse)
    assert run(*small_run, report=tmp_path / "paper") == 0
    said = capsys.readouterr()
    assert (tmp_path / "paper" / "report.html").is_file()
    assert "  page    " in said.out
    assert "benchmark report" not in said.out
    assert "MLflow is not there" in said.err, "which is no failure of a run"


def test_without_a_finished_cell_there_is_no_report(workspace, tmp_path):
    nothing = SimpleNamespace(answers=SimpleNamespace(cells=SimpleNamespace(finished=[])))
    assert _write_report(nothing, tmp_path / "paper", tmp_path / "grid.yaml", workspace, 1, True) is None
    assert not (tmp_path / "paper").exists()


def test_a_second_run_computes_nothing(small_run, monkeypatch):
    monkeypatch.setattr("benchmark.execution.run.run_plan", lambda *_: pytest.fail("computed again"))
    monkeypatch.setattr(
        "benchmark.tracking.session.Session._open", lambda self: pytest.fail("MLflow was opened")
    )
    assert run(*small_run) == 0


def test_a_changed_label_makes_cells_stale(write_grid, workspace, tmp_path):
    rows = []
    for number in range(60):
        noise = np.random.default_rng(number).integers(0, 255, (20, 20), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{number}.png")
        rows.append([f"{number}.png", number, number, "hand", number % 2, "test" if number > 40 else "train"])
    frame = pd.DataFrame(rows, columns=["path", "patient", "study", "body_part", "label", "split"])
    frame.to_csv(tmp_path / "manifest.csv", index=False)
    grid = write_grid(dataset={"kind": "manifest", "root": str(tmp_path)}, train_sizes=[20])
    run(grid, workspace)
    assert set(statuses(grid, workspace)) == {"done"}
    frame.assign(label=1 - frame["label"]).to_csv(tmp_path / "manifest.csv", index=False)
    plan, _ = open_plan(grid, workspace)
    assert {planned.reason for planned in plan.cells} == {"changed since: manifest"}
    run(grid, workspace)
    assert set(statuses(grid, workspace)) == {"done"}


def test_a_failing_cell_is_recorded_and_tried_again(write_grid, workspace, capsys):
    grid = write_grid(train_sizes=[4, "full"], seeds=[0, 1, 2])
    failed = run(grid, workspace)
    capsys.readouterr()
    plan, _ = open_plan(grid, workspace)
    errors = [p.reason for p in plan.cells if p.status == "failed"]
    assert failed == len(errors)
    assert failed > 0, "four images hardly hold two patients of each class"
    assert all("use a larger train_size" in error for error in errors)
    assert any(p.status == "done" for p in plan.cells), "the others went on"
    assert run(grid, workspace) == failed


def test_a_backbone_that_does_not_exist_is_said_before_anything_runs(write_grid, workspace):
    section = {"backbones": ["resnet5O"], "classifiers": ["majority"]}
    with pytest.raises(UserError, match="resnet50"):
        open_plan(write_grid(feature_extraction=section), workspace)


def test_an_empty_body_part_is_said_before_anything_runs(write_grid, workspace):
    with pytest.raises(UserError, match=r"no image shows 'ankle'.*allowed: all, elbow"):
        open_plan(write_grid(body_parts=["ankle"]), workspace)


def test_unreadable_images_stop_the_run_unless_skipped(write_grid, workspace, tmp_path, phantom, capsys):
    root = copytree(phantom, tmp_path / "copy")
    broken = sorted(root.glob("valid/*/*/*/*.png"))[0]
    broken.write_bytes(b"")
    grid = write_grid(dataset={"kind": "mura", "root": str(root)})
    with pytest.raises(UserError, match=str(broken.relative_to(root))):
        run(grid, workspace)
    assert run(grid, workspace, skip_unreadable=True) == 0
    plan, records = open_plan(grid, workspace)
    record = records.read(plan.cells[0].cell.id)
    assert record.unreadable == [broken.relative_to(root).as_posix()]
    assert record.unreadable[0] not in set(records.read_predictions(record)["image"])


def test_json_of_a_plan(write_grid, workspace, capsys):
    show_plan(write_grid(body_parts=["all", "hand"]), workspace, as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert {"cell", "strategy", "backbone", "classifier", "body_part", "train_size", "seed"} <= set(rows[0])
    left_out = [row for row in rows if row["status"] == "left_out"]
    assert {row["reason"].split(" has ")[0] for row in left_out} <= {"hand"}


def test_json_of_the_status_of_a_run(small_run, capsys):
    show_status(*small_run, as_json=True)
    rows = json.loads(capsys.readouterr().out)
    done = [row for row in rows if row["status"] == "done" and row["body_part"] == "all"]
    assert set(done[0]["metrics"]) == {"study", "image"}
    assert set(done[0]["metrics"]["study"]["auroc"]) == {"value", "low", "high"}
    assert "elbow" in done[0]["body_part_metrics"]


def test_another_confidence_changes_the_intervals_without_fitting_again(
    finished_run, write_grid, monkeypatch
):
    grid, workspace = finished_run

    def width():
        plan, records = open_plan(grid, workspace)
        numbers = [record.bounded("study", "brier") for record in read_records(plan, records)]
        return sum(n.high - n.low for n in numbers)

    before = width()
    monkeypatch.setattr("benchmark.execution.run.run_plan", lambda *_: pytest.fail("computed again"))
    grid = write_grid(evaluation={"resamples": 100, "confidence": 0.5})
    assert run(grid, workspace) == 0
    assert width() < before / 2


def test_the_number_of_jobs_does_not_change_the_answer(small_run, workspace):
    run(small_run.grid, workspace, jobs=2)
    digests = []
    for place in (small_run.workspace, workspace):
        plan, records = open_plan(small_run.grid, place)
        digests.append([records.read_predictions(records.read(p.cell.id)) for p in plan.cells])
    for one, two in zip(*digests, strict=True):
        pd.testing.assert_frame_equal(one, two, atol=1e-6)


def test_the_leaky_protocol_is_marked(write_grid, workspace, phantom, capsys):
    grid = write_grid(dataset={"kind": "mura", "root": str(phantom), "protocol": "image"}, train_sizes=[40])
    run(grid, workspace)
    assert "LEAKY" in capsys.readouterr().out
    plan, records = open_plan(grid, workspace)
    assert records.read(plan.cells[0].cell.id).leaky is True


def test_a_split_with_patients_on_both_sides_runs_and_is_marked(
    write_grid, workspace, phantom, tmp_path, capsys
):
    folder = copytree(phantom, tmp_path / "images")
    rows = read_mura(folder).images.rename(columns={"image": "path"})
    rows["study"] = rows["study"].str.replace("/", "-")
    rows["split"] = ["train" if n % 2 else "test" for n in range(len(rows))]
    rows.to_csv(folder / "manifest.csv", index=False)
    grid = write_grid(
        dataset={"kind": "manifest", "root": str(folder)},
        train_sizes=["full"],
        hand_crafted={"descriptors": ["glcm"], "classifiers": ["majority"]},
    )
    run(grid, workspace)
    assert "LEAKY split: patients in training and in test" in " ".join(capsys.readouterr().out.split())
    plan, records = open_plan(grid, workspace)
    assert {records.read(planned.cell.id).leaky for planned in plan.cells} == {True}


def test_the_bundled_network_runs_frozen_and_fine_tuned_beside_its_control(write_grid, workspace):
    backbones = ["bundled", {"name": "bundled", "weights": "random"}]
    grid = write_grid(
        train_sizes=[40],
        hand_crafted=None,
        feature_extraction={"backbones": backbones, "classifiers": ["logistic_regression"]},
        fine_tuning={"backbones": ["bundled"], "recipe": {"epochs": 1}},
    )
    assert run(grid, workspace) == 0
    found = read_records(*open_plan(grid, workspace))
    assert [(record.strategy, record.backbone) for record in found] == [
        ("feature_extraction", "bundled"),
        ("feature_extraction", "bundled-random"),
        ("fine_tuning", "bundled"),
    ]
    weights = {record.fingerprint["weights and preprocessing"]["weights"] for record in found}
    assert weights == {file_digest(bundled.FILE), "random"}

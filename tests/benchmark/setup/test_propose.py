import re

import pytest

from benchmark.api import run
from benchmark.datasets.at_path import Labels
from benchmark.errors import UserError
from benchmark.execution.open_plan import open_plan
from benchmark.grid.schema import read_grid
from benchmark.setup import propose as module
from benchmark.setup.propose import propose
from benchmark.store.workspace import Workspace
from tests.benchmark.datasets.dicom.studies import write_folder
from tests.benchmark.datasets.task_tables import GRADES, write_tables
from tests.benchmark.setup.drawn import asked_of, draw_classes, draw_medmnist, draw_splits


def manifest_csv(folder):
    draw_classes(folder, images=48)
    rows = [f"{c}/{n:03d}.png,{c}{n},1,wrist,{c}" for c in ("normal", "abnormal") for n in range(48)]
    (folder / "manifest.csv").write_text("path,patient,study,body_part,label\n" + "\n".join(rows) + "\n")
    return folder / "manifest.csv"


DATA = {
    "folders": lambda folder, phantom: (draw_classes(folder), ()),
    "splits": lambda folder, phantom: (draw_splits(folder), ()),
    "manifest": lambda folder, phantom: (manifest_csv(folder), ()),
    "mura": lambda folder, phantom: (phantom, ()),
    "medmnist": lambda folder, phantom: (draw_medmnist(folder.with_suffix(".npz")), ("1",)),
    "dicom": lambda folder, phantom: (write_folder(folder, 96), ()),
}
KEPT = {  # a folder or file, what its labels are, the primary metric
    "multiclass": (lambda folder: draw_classes(folder, ("a", "b", "c")), Labels("multiclass"), "macro_auroc"),
    "ordinal": (lambda folder: draw_classes(folder, ("0", "1", "2")), Labels("ordinal"), "quadratic_kappa"),
    "table": (
        lambda folder: write_tables(folder) / "classes.csv",
        Labels("ordinal", GRADES),
        "quadratic_kappa",
    ),
    "multilabel": (lambda folder: write_tables(folder) / "findings.csv", Labels(), "macro_auroc"),
}


@pytest.fixture(params=KEPT)
def kept(request, tmp_path):
    data, labels, primary = KEPT[request.param]
    return asked_of(data(tmp_path / "data"), tmp_path, kept=labels), primary


def test_a_grid_of_classes_grades_or_findings_has_a_plan_as_it_is(kept, tmp_path):
    asked, primary = kept
    proposal = propose(asked, hours=0.1)
    proposal.write()
    grid = read_grid(tmp_path / "grid.yaml")
    assert grid.evaluation.primary == primary
    plan, _ = open_plan(grid, Workspace(tmp_path / "runs"))
    assert plan.manifest.task == proposal.found.manifest.task
    assert plan.manifest.images["label"].tolist() == proposal.found.manifest.images["label"].tolist()
    assert {"fine_tuning", "feature_extraction"} <= {p.cell.strategy for p in plan.todo}
    assert f"studies with {plan.manifest.task.classes[0]}: " in " ".join(proposal.notes)


@pytest.mark.slow
def test_a_grid_of_classes_grades_or_findings_runs_as_it_is(kept, tmp_path, monkeypatch):
    alone = module.Machine(2, 8_000_000_000, "cpu", ())
    monkeypatch.setattr(module, "this_machine", lambda: alone)
    propose(kept[0], hours=0.001).write()
    results = run(tmp_path / "grid.yaml", tmp_path / "runs", jobs=2, device="cpu", track=False)
    assert results.failed == ()


@pytest.fixture(params=DATA)
def asked(request, tmp_path, phantom):
    data, abnormal = DATA[request.param](tmp_path / "data", phantom)
    return asked_of(data, tmp_path, abnormal=abnormal)


def test_the_grid_reads_and_its_plan_takes_as_long_as_was_said(asked, tmp_path):
    proposal = propose(asked, hours=0.2)
    assert set(proposal.write()) == set(proposal.files)
    plan, _ = open_plan(read_grid(tmp_path / "grid.yaml"), Workspace(tmp_path / "runs"))
    assert {p.cell.strategy for p in plan.todo if not p.cell.control} == {
        "feature_extraction",
        "hand_crafted",
        "fine_tuning",
    }
    cells = sum(p.seconds for p in plan.cells) / module.this_machine().cores / 3600
    assert 0 < cells <= proposal.hours <= 0.2


@pytest.mark.slow
def test_the_grid_runs_as_it_is(asked, tmp_path, monkeypatch):
    alone = module.Machine(2, 8_000_000_000, "cpu", ())  # the bundled network only, which is quick
    monkeypatch.setattr(module, "this_machine", lambda: alone)
    propose(asked, hours=0.001).write()  # the shortest one
    results = run(tmp_path / "grid.yaml", tmp_path / "runs", jobs=2, device="cpu", track=False)
    assert results.failed == ()
    strategies = {record.strategy for record in results.cells}
    assert {"feature_extraction", "hand_crafted", "fine_tuning"} <= strategies


def test_more_time_gives_a_fuller_grid_and_what_was_cut_is_said_in_the_order_of_the_steps(tmp_path):
    asked = asked_of(draw_classes(tmp_path / "data"), tmp_path)
    short, full = propose(asked, hours=0.1), propose(asked, hours=1000)
    assert full.shortened == ()
    words = [step.words for step in module.STEPS]
    assert list(short.shortened) == [step for step in words if step in short.shortened] != []
    assert f"Shortened to fit, in this order: {short.shortened[0]}" in short.text.replace("\n# ", " ")
    assert short.hours < full.hours


def test_parts_that_do_not_stand_alone_are_named(tmp_path, phantom):
    proposal = propose(asked_of(phantom, tmp_path))
    (note,) = (note for note in proposal.notes if note.startswith("body parts in `all` only"))
    assert "elbow" in note
    assert "body_parts: [all]" in proposal.text


def test_a_grid_that_cannot_be_short_enough_says_so(tmp_path):
    proposal = propose(asked_of(draw_classes(tmp_path / "data"), tmp_path), hours=1e-6)
    assert any(
        re.search(r"even the shortest grid takes [\d.]+ (hours|minutes) here", note)
        for note in proposal.notes
    )


def test_nothing_is_overwritten_unless_forced(tmp_path):
    asked = asked_of(draw_classes(tmp_path / "data"), tmp_path)
    proposal = propose(asked)
    (tmp_path / "grid-manifest.csv").write_text("mine")
    with pytest.raises(UserError, match=r"grid-manifest\.csv: is there already.*--force"):
        proposal.write()
    assert (tmp_path / "grid-manifest.csv").read_text() == "mine"
    assert not (tmp_path / "grid.yaml").exists()
    proposal.write(force=True)
    assert (tmp_path / "grid-manifest.csv").read_text() != "mine"


def test_files_that_turn_out_unreadable_are_not_left_behind(tmp_path):
    proposal = propose(asked_of(draw_classes(tmp_path / "data"), tmp_path))
    (tmp_path / "data/normal/000.png").unlink()
    with pytest.raises(UserError, match="do not exist"):
        proposal.write()
    assert not any(path.exists() for path in proposal.files)


def test_labels_of_the_test_set_beyond_their_counts_change_nothing(tmp_path):
    draw_splits(tmp_path / "data")
    asked = asked_of(tmp_path / "data", tmp_path)
    before = propose(asked).text
    a, b = (tmp_path / "data/test" / c / "000.png" for c in ("NORMAL", "PNEUMONIA"))
    other = tmp_path / "other.png"
    a.rename(other)
    b.rename(a)
    other.rename(b)
    assert propose(asked).text == before


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"name": "a b"}, "name: "),
        ({"margin": 2.0}, "margin: "),
        ({"hours": 0.0}, "positive"),
        ({"hours": float("nan")}, "positive"),
    ],
)
def test_settings_that_no_grid_can_have_are_refused(tmp_path, keys, said):
    with pytest.raises(UserError, match=said):
        propose(asked_of(draw_classes(tmp_path / "data"), tmp_path), **keys)


@pytest.mark.parametrize(
    ("name", "grid"), [("Own Data (2)", "own-data-2"), ("../", "own-data"), ("nul", "nul-grid")]
)
def test_names_of_folders_become_names_of_grids(name, grid):
    assert module._grid_name(name) == grid


def test_hours_in_words():
    assert module.in_hours(5.26) == "5.3 hours"
    assert module.in_hours(0.05) == "3 minutes"

"""Classes, grades and findings on other sets: another hospital, a corruption, wrong labels, groups."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.metrics import accuracy_score, cohen_kappa_score, log_loss, roc_auc_score

import benchmark as bm
from benchmark.analysis.findings import find
from benchmark.datasets.kinds import DATASET_KINDS, PhantomDataset
from benchmark.datasets.phantom.labels import GRADES
from benchmark.reporting.overview_figures import overview
from benchmark.reporting.tables import write_tables
from benchmark.store.external_files import read_external
from results.label_tasks import LABEL, PROBABILITY
from results.task_evaluation import task_unit_table

TASKS = ("multiclass", "ordinal", "multilabel")
SETS = {"away", "blur-5"}
NETWORK = {"name": "test_efficientnet", "weights": "random"}
SECTIONS = {
    "image": {"size": 32},
    "train_sizes": [150],
    "seeds": [0, 1],
    "feature_extraction": {"backbones": [NETWORK], "classifiers": ["logistic_regression"]},
    "fine_tuning": {"backbones": [NETWORK], "recipe": {"epochs": 1, "folds_below": 0}},
}


PROBE = {  # it reads tokens at home, and pixels elsewhere
    "adaptation": {
        "backbones": [NETWORK],
        "methods": ["attentive_probe"],
        "recipe": {"epochs": 1, "folds_below": 0},
    }
}


def hospital(folder: Path, task: str, seed: int) -> pd.DataFrame:
    """The manifest of a phantom of this task, as a CSV has it; `sex` alternates by patient.

    Two patients of five are test patients, so that every class is in the test set.
    """
    keys = PhantomDataset.model_validate(
        {"kind": "phantom", "patients": 150, "long_side": 48, "difficulty": 0.0, "seed": seed, "task": task}
    )
    manifest = DATASET_KINDS["phantom"].read(keys, folder, 1)
    images = manifest.images.rename(columns={"image": "path"})
    images["study"] = images["study"].str.partition("/")[2]
    if task != "multilabel":
        images["label"] = np.array(manifest.task.classes, object)[images["label"]]
    else:
        findings = images.columns[images.columns.str.startswith(LABEL)]
        images[findings] = images[findings].astype("Int64")
        images = images.drop(columns="label")
    images["sex"] = np.where(images["patient"].str[-1].astype(int) % 2, "f", "m")
    images["split"] = np.where(images["patient"].str[-2:].astype(int) % 5 < 2, "test", "train")
    images.attrs["root"] = manifest.root
    return images


def written(images: pd.DataFrame, name: str) -> str:
    path = Path(images.attrs["root"]) / f"{name}.csv"
    images.to_csv(path, index=False)
    return str(path)


def with_other_labels(images: pd.DataFrame, task: str) -> pd.DataFrame:
    """The images with a class that home does not have, or with no finding that home has."""
    if task == "multilabel":
        return images.rename(columns=lambda name: f"{name} again" if name.startswith(LABEL) else name)
    return images.assign(label=images["label"].replace({images["label"].max(): "unheard of"}))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="module", params=TASKS)
def asked(request: pytest.FixtureRequest, drawn: Path) -> dict[str, object]:
    """The keys of a grid with everything; of findings, the other hospital has read one less, and another."""
    task = request.param
    away = hospital(drawn, task, seed=5)
    if task == "multilabel":
        findings = away.columns[away.columns.str.startswith(LABEL)]
        away = away.rename(columns={findings[0]: f"{LABEL}other"})
    home = written(hospital(drawn, task, seed=0), task)
    dataset: dict[str, object] = {"kind": "manifest", "root": home, "task": task}
    return {
        "name": task,
        "dataset": dataset | ({"classes": list(GRADES)} if task == "ordinal" else {}),
        **SECTIONS,
        **(PROBE if task == "multiclass" else {}),
        "noise": {"share": 0.2},
        "external": [
            {"name": "away", "root": written(away, task), "allow_shared": ["all"]},
            {"name": "others", "root": written(with_other_labels(away, task), f"other_{task}")},
        ],
        "corruptions": {"kinds": ["blur"], "strengths": [5]},
        "evaluation": {"resamples": 100, "subgroups": ["sex"]},
    }


def run(folder: Path, keys: dict[str, object], *leave_out: str) -> bm.Results:
    folder.mkdir(exist_ok=True)
    grid = folder / "grid.yaml"
    grid.write_text(yaml.safe_dump({key: value for key, value in keys.items() if key not in leave_out}))
    return bm.run(grid, folder / "runs", jobs=1, device="cpu", track=False)


@pytest.fixture(scope="module")
def tested(asked: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> bm.Results:
    return run(tmp_path_factory.mktemp("with"), asked)


@pytest.fixture(scope="module")
def without(asked: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> tuple[bm.Results, Path]:
    folder = tmp_path_factory.mktemp("without") / "w"
    return run(folder, asked, "external", "corruptions", "noise"), folder


def chosen(results: bm.Results) -> dict[str, tuple[object, ...]]:
    return {
        cell.cell: (cell.parameters, cell.thresholds, cell.selection_auroc, cell.predictions_sha256)
        for cell in results.cells
        if not cell.control
    }


def test_nothing_is_chosen_on_other_sets_and_every_cell_is_tested_on_them(
    tested: bm.Results, without: tuple[bm.Results, Path]
) -> None:
    assert not tested.failed
    assert chosen(tested) == chosen(without[0])
    assert len(chosen(tested)) == (6 if "adaptation" in {cell.strategy for cell in tested.cells} else 4)
    for cell in tested.cells:
        assert set(cell.external) == (set() if cell.control else SETS)
        assert all(facts.predictions_sha256 for facts in cell.external.values())


def test_a_finished_cell_is_tested_without_a_second_fine_tuning(
    asked: dict[str, object],
    tested: bm.Results,
    without: tuple[bm.Results, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copytree(without[1], tmp_path / "w")
    monkeypatch.setattr("benchmark.execution.fine_tuned.fine_tune", None)
    again = run(tmp_path / "w", asked, "noise")
    digests = [
        {
            cell.cell: {name: facts.predictions_sha256 for name, facts in cell.external.items()}
            for cell in results.cells
            if not cell.control
        }
        for results in (again, tested)
    ]
    assert digests[0] == digests[1]
    assert chosen(again) == chosen(tested)


def test_the_numbers_there_are_those_of_scikit_learn(tested: bm.Results) -> None:
    for cell in tested.cells:
        if cell.control:
            continue
        facts = cell.external["away"]
        names = facts.classes or cell.classes
        predictions = read_external(tested.answers.cells.records, cell, "away")
        assert predictions.columns[-len(names) :].tolist() == [PROBABILITY + name for name in names]
        task = cell.label_task if not facts.classes else type(cell.label_task)(cell.task, tuple(names))
        table = task_unit_table(predictions, task, "study")
        truth, probabilities = task.truth(table), task.probabilities(table)
        read = ~np.isnan(truth)
        areas = [roc_auc_score(truth[read[:, k], k], probabilities[read[:, k], k]) for k in range(len(names))]
        wanted = {"macro_auroc": np.mean(areas)}
        if cell.task != "multilabel":
            label, most = table["label"], probabilities.argmax(axis=1)
            wanted |= {"accuracy": accuracy_score(label, most), "log_loss": log_loss(label, probabilities)}
        if cell.task == "ordinal":
            wanted["quadratic_kappa"] = cohen_kappa_score(label, most, weights="quadratic")
        found = {name: facts.metrics["study"][name].value for name in wanted}
        assert found == pytest.approx(wanted, abs=1e-12)


def test_findings_that_both_have_are_judged_and_home_by_the_same(
    tested: bm.Results, caplog: pytest.LogCaptureFixture
) -> None:
    (rows,) = [tested.external()[lambda table: table["external"] == "away"]]
    assert len(rows) == (3 if "adaptation" in {cell.strategy for cell in tested.cells} else 1)
    cell = next(cell for cell in tested.cells if not cell.control)
    main = tested.compare().set_index("comparison")["difference"]
    same = [row["home"] == pytest.approx(main[row["comparison"]], abs=1e-9) for _, row in rows.iterrows()]
    if cell.task == "multilabel":
        assert cell.external["away"].classes == cell.classes[1:]
        assert cell.external["blur-5"].classes == []
        assert not all(same)
        plan = bm.plan(tested.plan.grid, tested.answers.cells.records.folder.parent)  # type: ignore[union-attr]
        assert not plan.todo
        assert f"not judged on it, at home neither: {cell.classes[0]}" in caplog.text
    else:
        assert all(same)
    assert np.allclose(rows["change"], rows["away"] - rows["home"])


def test_drift_and_ladder_are_of_the_task(tested: bm.Results) -> None:
    drift, task = tested.external_drift(), tested.answers.cells.task
    assert {"macro_auroc", "macro_ece"} <= set(drift["metric"])
    of_classes = drift[drift["class"] != ""]
    assert set(of_classes["metric"]) == {"sensitivity_at_chosen", "specificity_at_chosen"}
    assert set(of_classes["class"]) <= set(task.classes)
    ladder = tested.corruption_ladder().frame()
    assert set(ladder["strength"]) == {0, 5}


def test_wrong_labels_and_groups_have_their_rows(tested: bm.Results) -> None:
    noise = tested.label_noise()
    assert set(noise["share"]) == {0, 0.2}
    assert {cell.control for cell in tested.cells} == {"", "label_noise_0.2"}
    groups = tested.group_verdicts()
    assert set(groups["group"]) == {"f", "m"}
    assert (groups["fewest"] < groups["patients"]).all()
    rows = tested.subgroups("sex")
    assert {"macro_auroc", "macro_auroc_low", "fewest"} <= set(rows)
    assert rows.loc[rows["why_not"] == "", "macro_auroc"].notna().all()


def test_the_scores_of_a_group_are_those_of_its_own_patients(
    tested: bm.Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.analysis.group_verdicts.FEWEST_PER_CLASS", 1)  # few test patients
    cells = tested.answers.cells
    groups = tested.group_verdicts()
    groups = groups[(groups["why_not"] == "") & (groups["comparison"] == "fine-tuned − frozen")]
    assert len(groups)
    for row in groups.to_dict("records"):
        values = []
        for cell in cells.finished:
            if cell.strategy == "feature_extraction":
                whole = cells.predicted(cell).per_unit("study")
                own = whole.table["patient"].str[-1].astype(int) % 2 == (row["group"] == "f")
                values.append(whole.only(own.to_numpy()).values()[cells.evaluation.primary])
        assert row["first"] == pytest.approx(np.mean(values), abs=1e-9)
        assert row["verdict"]
    (tested_together, *_) = tested.interactions().to_dict("records")
    assert bool(tested_together["answer"]) == (len(groups) == 2)


def test_the_report_has_their_tables_and_figures(tested: bm.Results, tmp_path: Path) -> None:
    assert tested.plan is not None
    findings = find(tested.answers, tested.plan)
    made = {table.name: table for table in write_tables(findings, tmp_path) if table.files}
    of_groups = {"subgroups_sex", "group_verdicts", "group_interactions"}
    assert {"external", "corruptions", "external_drift", "label_noise", *of_groups} <= made.keys()
    word = tested.answers.cells.task.word
    assert f"of the rarest {word}" in made["external"].table.note  # type: ignore[union-attr]
    drawn = {name: make for name, _, make in overview(findings)}
    for name in ("corruption_ladder", "label_noise"):
        assert drawn[name]().plot().axes


def test_other_labels_are_a_line_and_the_grid_goes_on(
    tested: bm.Results, caplog: pytest.LogCaptureFixture
) -> None:
    assert tested.plan is not None
    bm.plan(tested.plan.grid, tested.answers.cells.records.folder.parent)
    (said,) = [line for line in caplog.messages if "external 'others'" in line]
    assert said.endswith("the grid goes on without this set")
    assert "\n" not in said
    of_findings = tested.answers.cells.task.kind == "multilabel"
    assert ("none of the grid's findings" if of_findings else "has the label") in said

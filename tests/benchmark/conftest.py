"""Small grids on the small phantom, and a planted grid whose cells are all done."""

from collections.abc import Callable
from pathlib import Path
from shutil import copy, copytree

import pytest
import yaml
from matplotlib.figure import Figure
from PIL import Image

from benchmark import api
from benchmark.analysis.findings import Findings, find
from benchmark.analysis.grid_results import Results
from benchmark.api import run
from benchmark.cli.run import run_grid
from benchmark.execution.plan import Plan
from benchmark.reporting.write import Report, write_report
from benchmark.store.records import Records
from benchmark.store.workspace import Workspace
from benchmark.tracking.session import open_tracker
from tests.benchmark.finished_run import Ran, copy_run, small_grid
from tests.benchmark.planted import ALONE, answers_from, grid_of, planted


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database without runs: to make one takes MLflow three seconds of migrations, to copy it none."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(scope="session")
def store_in(empty_store: Path) -> Callable[[Path], Path]:
    """Make a workspace's folder with a copy of the empty store, for commands in other processes."""

    def made(folder: Path) -> Path:
        folder.mkdir(parents=True)
        copy(empty_store, Workspace(folder).database)
        return folder

    return made


@pytest.fixture(autouse=True)
def _copied_stores(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """New workspaces get a copy of the empty store in the place of one that MLflow makes."""

    def opened(workspace: Workspace, plan: Plan) -> object:
        if workspace.tracking_uri is None and not workspace.database.exists():
            workspace.folder.mkdir(parents=True, exist_ok=True)
            copy(request.getfixturevalue("empty_store"), workspace.database)
        return open_tracker(workspace, plan)

    monkeypatch.setattr("benchmark.tracking.session.open_tracker", opened)


@pytest.fixture
def write_grid(tmp_path: Path, phantom: Path) -> Callable[..., Path]:
    """Writes a grid file of a few quick cells on the phantom; keywords replace its keys."""

    def write(**changes: object) -> Path:
        path = tmp_path / "grid.yaml"
        path.write_text(small_grid(phantom, **changes))
        return path

    return write


@pytest.fixture(scope="session")
def small_run(
    tmp_path_factory: pytest.TempPathFactory, phantom: Path, store_in: Callable[[Path], Path]
) -> Ran:
    """The grid of `write_grid()`, run once. Do not write into its workspace."""
    folder = tmp_path_factory.mktemp("small")
    grid, workspace = folder / "grid.yaml", Workspace(store_in(folder / "runs"))
    grid.write_text(small_grid(phantom))
    assert run_grid(grid, workspace, jobs=1, device="cpu", skip_unreadable=False) == 0
    return Ran(grid, workspace)


@pytest.fixture(scope="session")
def pictured(tmp_path_factory: pytest.TempPathFactory, phantom: Path) -> Results:
    """A frozen and a hand-crafted cell with all that the cache holds of them; the recipe of the grid is not run.

    Do not write into its workspace.
    """
    folder = tmp_path_factory.mktemp("pictured")
    (folder / "grid.yaml").write_text(
        small_grid(
            phantom,
            name="pictured",
            train_sizes=[40],
            feature_extraction={
                "backbones": [{"name": "test_efficientnet", "weights": "random"}],
                "classifiers": ["logistic_regression"],
            },
            hand_crafted={"descriptors": ["glcm"], "classifiers": ["logistic_regression"]},
            fine_tuning={"backbones": ["test_efficientnet"], "recipe": "default"},
            exclude=[{"strategy": "fine_tuning"}],
        )
    )
    return api.run(folder / "grid.yaml", folder / "runs", jobs=1, device="cpu", track=False)


@pytest.fixture
def pictured_copy(pictured: Results, tmp_path: Path) -> Results:
    """The same in a workspace of its own, whose cache may be changed."""
    assert pictured.plan is not None
    workspace = pictured.answers.cells.records.folder.parent
    copytree(workspace, tmp_path / "runs")
    return api.load_results(tmp_path / "runs", pictured.plan.grid)


@pytest.fixture
def finished_run(small_run: Ran, tmp_path: Path) -> Ran:
    """A copy of that run, with its MLflow store, to write into."""
    return copy_run(small_run, tmp_path / "finished")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Records]:
    """The grid with all its cells done. Do not write into it."""
    return planted(tmp_path_factory.mktemp("planted"), grid_of())


@pytest.fixture(scope="session")
def findings(whole: tuple[Plan, Records]) -> Findings:
    plan, records = whole
    return find(answers_from(plan, records), plan)


@pytest.fixture(scope="session")
def report(whole: tuple[Plan, Records], tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of that grid. Do not write into its folder."""
    plan, records = whole
    text = yaml.safe_dump(plan.grid.model_dump(mode="json", exclude_defaults=True), sort_keys=False)
    folder = tmp_path_factory.mktemp("report") / "paper"
    return write_report(plan, answers_from(plan, records), folder, ALONE, text)


@pytest.fixture
def one_pixel_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made, but not drawn: for tests that read the text of a report. The fixture `report` draws them."""
    pixel = Image.new("L", (1, 1))

    def save(figure: Figure, path: Path, **_: object) -> None:
        if path.suffix == ".png":
            pixel.save(path)
        else:
            path.write_bytes(b"")

    monkeypatch.setattr(Figure, "savefig", save)


@pytest.fixture(scope="session")
def kept_run(tmp_path_factory: pytest.TempPathFactory, phantom: Path) -> tuple[Plan, Records]:
    """A grid that keeps the model of every kind of cell, run once. Do not write into its workspace."""
    folder = tmp_path_factory.mktemp("kept")
    sections: dict[str, object] = {
        "feature_extraction": {
            "backbones": ["bundled"],
            "classifiers": ["logistic_regression", "linear_svm", "rbf_svm", "xgboost", "knn", "majority"],
        },
        "fine_tuning": {"backbones": ["bundled"], "recipe": {"epochs": 1, "folds": 2, "resolution": 32}},
        "hand_crafted": {"descriptors": ["edges"], "classifiers": ["logistic_regression"]},
    }
    grid = folder / "grid.yaml"
    grid.write_text(
        small_grid(phantom, name="kept", train_sizes=[60], image={"size": 40}, keep_models="all", **sections)
    )
    results = run(grid, folder / "runs", jobs=1, device="cpu", track=False)
    assert results.plan is not None
    assert not results.failed
    return results.plan, Workspace(folder / "runs").records("kept")


@pytest.fixture(scope="session")
def frozen_forms(tmp_path_factory: pytest.TempPathFactory, phantom: Path) -> tuple[Plan, Records]:
    """A network, its mirrored views and a concatenation, with kept models. Do not write into its workspace."""
    folder = tmp_path_factory.mktemp("forms")
    random = {"name": "bundled", "weights": "random"}
    entries = ["bundled", {"name": "bundled", "flip": "average"}, {"concat": ["bundled", random]}]
    section = {"backbones": entries, "classifiers": ["logistic_regression", "knn"]}
    changes: dict[str, object] = {"feature_extraction": section, "hand_crafted": None, "keep_models": "all"}
    grid = folder / "grid.yaml"
    grid.write_text(small_grid(phantom, name="forms", train_sizes=[60], image={"size": 40}, **changes))
    results = run(grid, folder / "runs", jobs=1, device="cpu", track=False)
    assert results.plan is not None
    assert not results.failed
    return results.plan, Workspace(folder / "runs").records("forms")

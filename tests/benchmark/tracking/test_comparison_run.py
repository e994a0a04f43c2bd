"""MLflow holds the head-to-head of a body part once: differences as metrics, all rows as tables, a figure."""

from pathlib import Path

import matplotlib.figure
import pytest

from benchmark.tracking.comparison_run import log_comparison
from benchmark.tracking.mlflow_experiment import Experiment
from results.comparison import OVER_SEEDS
from results.names import CHOSEN

ROW = {
    "body_part": "hand",
    "backbone": "resnet50",
    "recipe": "default",
    "classifier": CHOSEN,
    "classifiers": ["linear_svm"],
    "seed": OVER_SEEDS,
    "train_images": 100,
    "frozen": 0.8,
    "fine_tuned": 0.7,
    "difference": -0.1,
    "low": -0.2,
    "high": None,
    "training_sd": 0.01,
    "test_sd": 0.02,
}


@pytest.fixture
def store(tmp_path, store_in):
    folder = store_in(tmp_path / "runs")
    return Experiment(f"sqlite:///{folder / 'mlflow.db'}", "g", folder / "mlartifacts")


def figures():
    return {"comparison.png": matplotlib.figure.Figure()}


def test_only_rows_over_seeds_of_the_chosen_classifier_are_metrics(store):
    log_comparison(store, {}, "hand", [ROW, ROW | {"seed": 1}, ROW | {"classifier": "linear_svm"}], figures)
    (run,) = store.runs()
    place = "resnet50/default"
    assert run.data.metrics == {
        f"{key}/{place}": ROW[key]
        for key in ("frozen", "fine_tuned", "difference", "low", "training_sd", "test_sd")
    }
    assert run.data.tags["comparison"] == "hand"
    files = [file.path for file in store.client.list_artifacts(run.info.run_id)]
    assert files == ["comparison.png", "head_to_head.csv", "head_to_head.json"]
    table = Path(store.client.download_artifacts(run.info.run_id, "head_to_head.csv"))
    assert len(table.read_text().splitlines()) == 4, "a header and all rows"


def test_unchanged_rows_stay_and_others_take_their_place(store):
    known = {}
    log_comparison(store, known, "hand", [ROW], figures)
    first = known["hand"].info.run_id
    log_comparison(store, known, "hand", [ROW], figures)
    assert [run.info.run_id for run in store.runs()] == [first]
    log_comparison(store, known, "hand", [ROW | {"difference": 0.0}], figures)
    assert [run.info.run_id for run in store.runs()] == [known["hand"].info.run_id] != [first]


def test_another_question_has_a_run_of_its_own(store):
    known, other = {}, {key: value for key, value in ROW.items() if key != "fine_tuned"} | {"adapted": 0.75}
    log_comparison(store, known, "hand", [ROW], figures)
    log_comparison(store, known, "hand", [other], figures)
    assert len(known) == len(store.runs()) == 2

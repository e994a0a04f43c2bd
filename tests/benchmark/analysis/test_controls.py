"""Controls stand beside the methods that they control, and nowhere among these."""

import numpy as np
import pandas as pd
import pytest

from benchmark.analysis.controls import controls_text
from benchmark.analysis.findings import find
from benchmark.execution.executors import Share
from benchmark.reporting.methods_facts import facts_of
from results.methods_text import methods
from results.names import CONTROL_NAMES
from tests.benchmark.planted import answers_from, grid_of, planted, write_planted

ALONE = Share(1, 1)
TRAINED = [{"name": "resnet18", "label": "trained"}, {"name": "resnet18", "weights": "random"}]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("controls")
    grid = grid_of(
        body_parts=["all", "elbow"],
        train_sizes=[50, 400],
        feature_extraction={"backbones": TRAINED, "classifiers": ["logistic_regression", "majority"]},
        fine_tuning={"backbones": TRAINED[:1]},
        controls=list(CONTROL_NAMES),
        exclude=[{"control": "leaky_split", "seed": 1}],
    )
    return planted(folder, grid)


@pytest.fixture(scope="module")
def controlled(done):
    plan, records = done
    return find(answers_from(plan, records), plan)


@pytest.fixture(scope="module")
def rows(controlled):
    return controlled.controls


def values_of(evaluated, **axes):
    return [
        record.bounded("study", "auroc").value
        for record in evaluated.finished
        if all(getattr(record, name) == value for name, value in axes.items())
    ]


def test_every_control_is_there_at_the_largest_size(rows):
    assert list(dict.fromkeys(rows["control"])) == list(CONTROL_NAMES)
    counts = rows.groupby("control").size()
    methods_of_the_grid = 2 + 1 + 1
    assert counts["shuffled_labels"] == counts["leaky_split"] == 2 * methods_of_the_grid
    assert counts["random_weights"] == 2 * 2, "one from the grid's own cells, one that was added"
    assert counts["majority"] == 2 * 2, "at every size, once"
    assert counts["body_part"] == 1
    assert set(rows.loc[rows["control"] != "majority", "train_size"]) == {400}
    assert not rows.duplicated(["control", "method", "body_part", "train_size"]).any()


def test_a_control_stands_beside_the_method_itself_over_the_same_seeds(controlled, rows):
    evaluated = controlled.evaluated
    axes = {"strategy": "hand_crafted", "body_part": "elbow", "train_size": 400}
    chosen = rows[(rows["method"].str.startswith("hand-crafted")) & (rows["body_part"] == "elbow")]
    own = chosen.set_index("control")["own_value"]
    assert own["shuffled_labels"] == pytest.approx(np.mean(values_of(evaluated, **axes)))
    assert own["leaky_split"] == pytest.approx(values_of(evaluated, **axes, seed=0)[0])
    assert rows.loc[rows["control"].isin(["majority", "body_part"]), "own_value"].isna().all()


def test_random_weights_stand_beside_the_same_network_trained(controlled, rows):
    evaluated = controlled.evaluated
    random = rows[(rows["control"] == "random_weights") & (rows["body_part"] == "all")]
    frozen, tuned = (
        np.mean(
            values_of(evaluated, backbone="trained", classifier=classifier, body_part="all", train_size=400)
        )
        for classifier in ("logistic_regression", "end_to_end")
    )
    own = random.set_index("method")["own_value"]
    assert own.filter(like="frozen").tolist() == pytest.approx([frozen])
    assert own.filter(like="fine-tuned").tolist() == pytest.approx([tuned])
    assert random["method"].str.contains("resnet18-random").all()


def test_ordinary_tables_hold_no_control(controlled):
    assert set(controlled.scores["strategy"]) == {"feature_extraction", "fine_tuning", "hand_crafted"}
    assert (controlled.scores["seeds"] == 2).all()


def test_the_text_counts_the_intervals_that_hold_one_half(rows):
    shuffled = rows[rows["control"] == "shuffled_labels"]
    holding = int(((shuffled["low"] <= 0.5) & (shuffled["high"] >= 0.5)).sum())
    text = controls_text(rows, "auroc")
    assert f"{holding} of {len(shuffled)} do." in text
    assert holding > len(shuffled) // 2
    assert text.count("\n- ") == len(CONTROL_NAMES) - 1
    assert "should hold" not in controls_text(rows, "brier")
    moved = shuffled.assign(low=0.6, high=0.7)
    assert f"0 of {len(shuffled)} do." in controls_text(moved, "auroc")


@pytest.mark.slow
def test_they_are_in_the_page_the_methods_and_the_metrics_file(done, tmp_path):
    report = write_planted(*done, tmp_path / "out", ALONE, "name: planted")
    html = (report.folder / "report.html").read_text(encoding="utf-8")
    assert "a result that is too good" in html
    assert "Controls: AUROC per study." in html
    text = methods(facts_of(report.findings)).text
    assert "The controls were labels that were shuffled" in text
    frame = pd.read_csv(report.folder / "metrics.csv")
    controls = frame[frame["strategy"].str.startswith("control: ")]
    assert set(controls["strategy"]) == {f"control: {name}" for name in CONTROL_NAMES if name != "majority"}
    assert not set(controls["cell"]) & {record.cell for record in report.findings.evaluated.finished}
    assert {record.cell for record in report.findings.evaluated.finished} < set(frame["cell"])


def test_without_controls_there_is_neither_table_nor_text(findings):
    assert findings.controls.empty
    assert "control" not in methods(facts_of(findings)).text.lower().replace("controlled", "")

"""What a cell cost: every strategy tells the same, and the sum of its parts."""

from contextlib import contextmanager

import pytest

from benchmark.analysis.finished import read_records
from benchmark.execution import fine_tuned, frozen
from benchmark.execution.cost import frozen_cost, tuned_cost
from benchmark.execution.executors import LocalExecutor, available_cores, share_cores
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.store.workspace import Workspace
from benchmark.tracking.fields import cell_metrics, cell_params
from classifiers.fitting import Fit
from extractors import embeddings
from extractors.resource_usage import Usage
from results.costs import COLUMNS
from tests.benchmark.opened import open_plan

FIT = Fit(None, {}, 0.5, 0.5, {"select": 3.0, "fit": 2.0, "predict": 1.0}, 40)
EMBEDDING = {
    "milliseconds_per_image": 10.0,
    "kwh_per_image": 0.001,
    "peak_memory_bytes": 900,
    "peak_device_memory_bytes": 70,
    "device": "a GPU",
    "bytes_on_disk": 400,
}
OLD = {"milliseconds_per_image": 10.0, "device": "cpu", "bytes_on_disk": 400}
NETWORK = {"name": "test_efficientnet", "weights": "random"}
STAGES = ("embed", "select", "fit", "tune", "predict")
NONE_OF = {
    "feature_extraction": {"tune"},
    "hand_crafted": {"tune"},
    "fine_tuning": {"embed", "fit"},
}


@contextmanager
def metered(share=1.0):
    yield Usage(seconds=2.0, peak_memory_bytes=1000, energy_kwh=0.5 * share)


@pytest.fixture
def run(write_grid, tmp_path):
    def run(**changes):
        content = {
            "train_sizes": [40],
            "feature_extraction": {"backbones": [NETWORK], "classifiers": ["rbf_svm"]},
            "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["linear_svm"]},
            "fine_tuning": {
                "backbones": [NETWORK],
                "recipe": {"epochs": 1, "learning_rate": [0.001, 0.003]},
            },
        }
        grid = write_grid(**content | changes)
        workspace = Workspace(tmp_path / "runs")
        plan, records = open_plan(grid, workspace)
        settings = RunSettings(workspace.cache, LocalExecutor(share_cores(1)), "cpu")
        assert [status for _, status in run_plan(plan, records, settings, lambda *_: None)] == ["ok"] * len(
            plan.cells
        )
        return {record.strategy: record for record in read_records(plan, records)}

    return run


def test_every_strategy_records_every_amount_and_their_sum(run):
    records = run()
    assert set(records) == set(NONE_OF)
    for strategy, record in records.items():
        cost = record.cost.model_dump()
        assert set(COLUMNS) <= set(cost)
        none = {stage for stage in STAGES if cost[f"seconds_{stage}"] == 0}
        assert none == NONE_OF[strategy]
        seconds = [cost[f"seconds_{stage}"] for stage in STAGES]
        assert min(seconds) >= 0
        assert cost["seconds_total"] == pytest.approx(sum(seconds))
        assert cost["seconds_total"] < 60
        assert (cost["device"], cost["peak_device_memory_bytes"]) == ("cpu", None)
        assert 50e6 < cost["peak_memory_bytes"] < 50e9
        assert cost["threads"] >= 1
        assert cell_params(record)["cost.device"] == "cpu"
        assert cell_metrics(record, "study/auroc")["cost/seconds_total"] == cost["seconds_total"]
    tuned = records["fine_tuning"]
    selected = tuned.cost.seconds_select
    assert selected == pytest.approx(sum(epoch.seconds for epoch in tuned.history if not epoch.refit))


def test_energy_is_recorded_where_it_is_measured(run, monkeypatch):
    for module in (frozen, fine_tuned, embeddings):
        monkeypatch.setattr(module, "measured", metered)
    for strategy, record in run().items():
        cost = record.cost.model_dump()
        assert cost["peak_memory_bytes"] == 1000
        of_fit, power = 0.5 * cost["threads"] / available_cores(), 0.5 * 3600 / 2.0
        expected = 0.5 if strategy == "fine_tuning" else of_fit + power * cost["seconds_embed"] / 3600
        assert cost["energy_kwh"] == pytest.approx(expected, rel=1e-3)


def test_a_frozen_cell_counts_the_images_that_it_needs():
    used = Usage(peak_memory_bytes=800, energy_kwh=0.5)
    cost = frozen_cost(FIT, train=60, test=40, embedding=EMBEDDING, used=used, threads=2).model_dump()
    assert cost["seconds_embed"] == pytest.approx(1.0)
    assert cost["seconds_total"] == pytest.approx(7.0)
    assert cost["energy_kwh"] == pytest.approx(0.6)
    assert (cost["device"], cost["threads"]) == ("a GPU", 2)
    assert (cost["peak_memory_bytes"], cost["peak_device_memory_bytes"]) == (900, 70)
    assert cost["evaluation_seconds"] == pytest.approx(1.4)
    assert cost["evaluation_images_per_second"] == pytest.approx(40 / 1.4)
    assert cost["bytes_on_disk"] == 440
    assert (cost["trainable_parameters"], cost["optimiser_bytes"]) == (0, 0)


def test_a_fine_tuning_trains_and_embeds_nothing():
    facts = {"device": "a GPU", "threads": 4, "peak_memory_bytes": 70}
    facts |= {"trainable_parameters": 30, "optimiser_bytes": 240}
    cost = tuned_cost(FIT, train=60, test=40, facts=facts, used=Usage(peak_memory_bytes=800)).model_dump()
    assert [cost[f"seconds_{stage}"] for stage in STAGES] == [0.0, 3.0, 0.0, 2.0, 1.0]
    assert (cost["seconds_total"], cost["evaluation_seconds"]) == (6.0, 1.0)
    assert (cost["trainable_parameters"], cost["optimiser_bytes"]) == (30, 240)
    assert (cost["peak_memory_bytes"], cost["peak_device_memory_bytes"], cost["energy_kwh"]) == (
        800,
        70,
        None,
    )


def test_an_attentive_probe_trains_and_embeds():
    facts = {"device": "a GPU", "threads": 4, "peak_memory_bytes": 70}
    facts |= {"trainable_parameters": 30, "optimiser_bytes": 240}
    used = Usage(peak_memory_bytes=800, energy_kwh=0.5)
    cost = tuned_cost(FIT, train=60, test=40, facts=facts, used=used, tokens=EMBEDDING).model_dump()
    assert [cost[f"seconds_{stage}"] for stage in STAGES] == [pytest.approx(1.0), 3.0, 0.0, 2.0, 1.0]
    assert cost["seconds_total"] == pytest.approx(7.0)
    assert cost["evaluation_seconds"] == pytest.approx(1.4)
    assert cost["energy_kwh"] == pytest.approx(0.6)
    assert cost["trainable_parameters"] == 30


@pytest.mark.parametrize(
    ("embedding", "unknown"),
    [
        (OLD, {"energy_kwh", "peak_memory_bytes", "peak_device_memory_bytes"}),
        (
            EMBEDDING | {"milliseconds_per_image": None, "kwh_per_image": None},
            {
                "seconds_embed",
                "seconds_total",
                "energy_kwh",
                "evaluation_seconds",
                "evaluation_images_per_second",
            },
        ),
    ],
)
def test_what_an_embedding_does_not_know_is_unknown_of_its_cells(embedding, unknown):
    used = Usage(peak_memory_bytes=800, energy_kwh=0.5)
    cost = frozen_cost(FIT, train=60, test=40, embedding=embedding, used=used, threads=2).model_dump()
    assert cost.pop("classifier_device") is None, "the CPU"
    assert {name for name, value in cost.items() if value is None} == unknown


def test_of_a_resumed_training_only_the_seconds_are_known(run, monkeypatch):
    def reached(cache, planned, pixels, checkpoint_folder=fine_tuned.checkpoint_folder):
        folder = checkpoint_folder(cache, planned, pixels)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    monkeypatch.setattr(fine_tuned, "measured", metered)
    monkeypatch.setattr(fine_tuned, "checkpoint_folder", reached)
    cost = run(feature_extraction=None, hand_crafted=None)["fine_tuning"].cost
    assert (cost.energy_kwh, cost.peak_memory_bytes) == (None, None)
    assert cost.seconds_tune > 0

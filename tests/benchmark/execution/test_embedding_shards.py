"""Embedding rows on an executor of several workers."""

import pytest

from benchmark.execution import embedding_shards
from benchmark.execution.embedding_shards import _portable, processes_on_cpu
from benchmark.execution.executors import LocalExecutor, Share, available_cores
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.store.workspace import Workspace
from extractors import embeddings, shards
from extractors.embeddings import Failure
from extractors.specs import DescriptorSpec
from tests.benchmark.opened import open_plan

NETWORK = {"name": "test_efficientnet", "weights": "random"}


class OddError(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(shards, "CHUNK", 32)
    monkeypatch.setattr(shards, "ROWS", 64)
    monkeypatch.setattr(embeddings, "CHUNK", 32)


def test_two_devices_or_processes_share_the_rows_and_a_bad_network_stops_no_other(
    write_grid, tmp_path, small_shards
):
    grid = write_grid(
        train_sizes=[40],
        hand_crafted={"descriptors": ["glcm"], "classifiers": ["majority"]},
        feature_extraction={
            "backbones": [NETWORK, NETWORK | {"label": "odd", "model_args": {"num_classes": 5}}],
            "classifiers": ["logistic_regression"],
        },
    )
    found = {}
    for name, gpus, processes in (("one", (), 1), ("two", ("0", "1"), None), ("processes", (), 2)):
        plan, records = open_plan(grid, Workspace(tmp_path / name))
        settings = RunSettings(
            tmp_path / name / ".cache",
            LocalExecutor(Share(1, 1), gpus),
            "cpu",
            engine="torch",
            embedding_processes=processes,
        )
        outcomes = dict(run_plan(plan, records, settings, lambda *_: None))
        found[name] = {
            planned.cell.backbone: (outcomes[planned.cell.id], records.read(planned.cell.id))
            for planned in plan.cells
        }
    for name in ("two", "processes"):
        assert {label: status for label, (status, _) in found[name].items()} == {
            "glcm": "ok",
            "odd": "failed",
            "test_efficientnet-random": "ok",
        }
        assert found[name]["odd"][1].error == found["one"]["odd"][1].error
        for label in ("glcm", "test_efficientnet-random"):
            one, two = (found[which][label][1] for which in ("one", name))
            assert one.embedding.digest == two.embedding.digest
            assert one.predictions_sha256 == two.predictions_sha256


@pytest.mark.parametrize("engine", ["torch", "onnxruntime"])
def test_processes_give_the_bytes_of_one_process_with_any_engine(engine, write_grid, tmp_path, small_shards):
    grid = write_grid(
        train_sizes=[40],
        feature_extraction={"backbones": [NETWORK], "classifiers": ["majority"]},
        hand_crafted=None,
    )
    found = []
    for processes in (1, 2):
        plan, records = open_plan(grid, Workspace(tmp_path / f"{processes}"))
        executor = LocalExecutor(Share(1, 1))
        cache = tmp_path / f"cache{processes}"
        settings = RunSettings(cache, executor, "cpu", engine, embedding_processes=processes)
        ((cell, _),) = run_plan(plan, records, settings, lambda *_: None)
        found.append(records.read(cell).embedding)
        assert not list(cache.rglob("* *")), "the shards are deleted"
    one, two = found
    assert one.digest == two.digest
    assert one.engine == two.engine == engine
    assert two.threads == max(1, available_cores() // 2)


def test_one_process_for_each_eight_cores_and_enough_images(monkeypatch):
    for cores, images, expected in ((8, 50_000, 1), (15, 50_000, 1), (64, 50_000, 8), (64, 5_000, 2)):
        monkeypatch.setattr(embedding_shards, "available_cores", lambda cores=cores: cores)
        assert processes_on_cpu(images, None) == expected
    assert processes_on_cpu(100, 3) == 3


def test_an_exception_that_cannot_be_sent_is_sent_as_text():
    failure = _portable(Failure(DescriptorSpec("glcm"), OddError("one", "two")))
    assert failure.error == "RuntimeError: OddError: one two"
    plain = Failure(DescriptorSpec("glcm"), ValueError("plain"))
    assert _portable(plain) is plain

"""Embedding rows on an executor of several workers."""

from benchmark.execution.embedding_shards import _portable
from benchmark.execution.executors import LocalExecutor, Share
from benchmark.execution.run import Settings, run_plan
from benchmark.store.workspace import Workspace
from extractors import embeddings, shards
from extractors.embeddings import Failure
from extractors.specs import DescriptorSpec
from tests.benchmark.opened import open_plan

NETWORK = {"name": "test_efficientnet", "weights": "random"}


class OddError(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def test_two_devices_share_the_rows_and_a_bad_network_stops_no_other(write_grid, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "CHUNK", 32)
    monkeypatch.setattr(shards, "ROWS", 64)
    monkeypatch.setattr(embeddings, "CHUNK", 32)
    grid = write_grid(
        train_sizes=[40],
        hand_crafted={"descriptors": ["glcm"], "classifiers": ["majority"]},
        feature_extraction={
            "backbones": [NETWORK, NETWORK | {"label": "odd", "model_args": {"num_classes": 5}}],
            "classifiers": ["logistic_regression"],
        },
    )
    found = {}
    for name, gpus in (("one", ()), ("two", ("0", "1"))):
        plan, records = open_plan(grid, Workspace(tmp_path / name))
        settings = Settings(
            tmp_path / name / ".cache", LocalExecutor(Share(1, 1), gpus), "cpu", engine="torch"
        )
        outcomes = dict(run_plan(plan, records, settings, lambda *_: None))
        found[name] = {
            planned.cell.backbone: (outcomes[planned.cell.id], records.read(planned.cell.id))
            for planned in plan.cells
        }
    assert {label: status for label, (status, _) in found["two"].items()} == {
        "glcm": "ok",
        "odd": "failed",
        "test_efficientnet-random": "ok",
    }
    assert found["two"]["odd"][1].error == found["one"]["odd"][1].error
    for label in ("glcm", "test_efficientnet-random"):
        one, two = (found[name][label][1] for name in ("one", "two"))
        assert one.embedding.digest == two.embedding.digest
        assert one.predictions_sha256 == two.predictions_sha256


def test_an_exception_that_cannot_be_sent_is_sent_as_text():
    failure = _portable(Failure(DescriptorSpec("glcm"), OddError("one", "two")))
    assert failure.error == "RuntimeError: OddError: one two"
    plain = Failure(DescriptorSpec("glcm"), ValueError("plain"))
    assert _portable(plain) is plain

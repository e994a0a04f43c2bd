"""Stored pixels and embeddings whose rows are not the manifest's, and the engine of a run."""

from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmark import api
from benchmark.errors import UserError
from benchmark.execution import run as run_module
from benchmark.execution.executors import LocalExecutor, share_cores
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.execution.subsets import check_rows
from benchmark.store.workspace import Workspace
from extractors import array_store
from tests.benchmark.opened import open_plan


def test_pixels_in_another_order_than_the_manifest_are_refused(write_grid, tmp_path, monkeypatch):
    plan, records = open_plan(write_grid(train_sizes=[40]), Workspace(tmp_path / "runs"))
    settings = RunSettings(tmp_path / "cache", LocalExecutor(share_cores(1)), "cpu")
    original = array_store.PartialArray.finish
    monkeypatch.setattr(
        array_store.PartialArray,
        "finish",
        lambda self, ids, **meta: original(self, [*ids[1:], ids[0]], **meta),
    )
    with pytest.raises(ValueError, match=r"the pixels in .*: row 0 is of '.*', but the manifest's row is of"):
        list(run_plan(plan, records, settings, lambda *_: None))


def test_an_embedding_in_another_order_is_refused(write_grid, tmp_path, monkeypatch):
    from benchmark.execution import run

    plan, records = open_plan(write_grid(train_sizes=[40]), Workspace(tmp_path / "runs"))
    settings = RunSettings(tmp_path / "cache", LocalExecutor(share_cores(1)), "cpu")
    embedding = array_store.StoredArray(Path("e"), np.zeros((1, 2)), ["one.png"], "", {})
    monkeypatch.setattr(run, "load_embeddings", lambda *args, **kwargs: [embedding])
    with pytest.raises(
        ValueError, match=r"the embedding of glcm in e: 1 rows, but the manifest has \d+ images"
    ):
        list(run_plan(plan, records, settings, lambda *_: None))


def test_rows_in_the_order_of_the_manifest_pass():
    check_rows(SimpleNamespace(ids=["a", "b"], folder=Path("p")), ["a", "b"], "the pixels")


def test_an_engine_that_cannot_be_used_is_one_line(write_grid, tmp_path):
    with pytest.raises(UserError, match="--engine: no engine is named 'tensorrt'; allowed: auto, "):
        api.run(write_grid(), tmp_path / "runs", jobs=1, device="cpu", engine="tensorrt", track=False)


def test_the_engine_is_recorded_and_changes_no_identity(write_grid, tmp_path):
    network = {"backbones": ["bundled"], "classifiers": ["majority"]}
    grid = write_grid(train_sizes=[40], hand_crafted=None, feature_extraction=network)
    asked = {"jobs": 1, "device": "cpu", "track": False}
    (record,) = api.run(grid, tmp_path / "runs", engine="onnxruntime", **asked).cells
    assert record.embedding.engine == "onnxruntime"
    assert record.embedding.engine_version == version("onnxruntime")
    other = api.run(grid, tmp_path / "runs", engine="torch", **asked)
    assert [again.embedding for again in other.cells] == [record.embedding], "it is done, and computed once"


def test_a_concatenation_has_the_columns_the_time_and_the_size_of_its_parts(frozen_forms):
    _, records = frozen_forms
    found = {r.backbone: r.embedding for r in records.all() if r.classifier == "knn"}
    assert found.keys() == {"bundled", "bundled-flip", "bundled + bundled-random"}
    both, one = found["bundled + bundled-random"], found["bundled"]
    assert (one.width, found["bundled-flip"].width, both.width) == (384, 384, 768)
    assert both.bytes_on_disk == 2 * one.bytes_on_disk
    assert both.milliseconds_per_image > one.milliseconds_per_image
    assert len({embedding.digest for embedding in found.values()}) == 3


def test_no_part_of_a_concatenation_is_embedded_twice(write_grid, tmp_path, monkeypatch):
    seen = []
    real = run_module.load_embeddings

    def watched(cache, pixels, extractors, **settings):
        seen.extend(extractor.label for extractor in extractors)
        return real(cache, pixels, extractors, **settings)

    monkeypatch.setattr(run_module, "load_embeddings", watched)
    entries = ["bundled", {"name": "bundled", "weights": "random"}, {"concat": ["bundled", "bundled-random"]}]
    section = {"backbones": entries, "classifiers": ["logistic_regression"]}
    grid = write_grid(train_sizes=[40], hand_crafted=None, feature_extraction=section)
    api.run(grid, tmp_path / "runs", jobs=1, device="cpu", track=False)
    assert sorted(seen) == ["bundled", "bundled-random"]


def test_a_concatenation_fails_with_its_part_and_stops_no_other(write_grid, tmp_path):
    (tmp_path / "text.pth").write_text("text")
    bad = {"name": "resnet18", "weights": str(tmp_path / "text.pth"), "label": "bad"}
    entries = ["bundled", {"concat": ["bundled", bad]}]
    section = {"backbones": entries, "classifiers": ["logistic_regression"]}
    grid = write_grid(train_sizes=[40], hand_crafted=None, feature_extraction=section)
    results = api.run(grid, tmp_path / "runs", jobs=1, device="cpu", track=False)
    assert [record.backbone for record in results.cells] == ["bundled"]
    (failed,) = results.failed
    assert failed.backbone == "bundled + bad"
    assert "it is text" in failed.error

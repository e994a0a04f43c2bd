"""The estimated time of embeddings: by the engine that a run would use."""

import pytest

from benchmark.errors import UserError
from benchmark.execution import planned_embeddings
from benchmark.execution.planned_embeddings import plan_embeddings
from benchmark.grid.strategies import STRATEGIES
from extractors import engines
from extractors.descriptors import descriptors
from extractors.engines import ENGINES, WORTH_IMAGES
from tests.benchmark.opened import open_plan

NETWORK = {"backbones": ["bundled"], "classifiers": ["majority", "logistic_regression"]}


@pytest.fixture
def opened(write_grid, tmp_path):
    from benchmark.store.workspace import Workspace

    plan, records = open_plan(
        write_grid(train_sizes=[40], feature_extraction=NETWORK), Workspace(tmp_path / "runs")
    )
    assert len(plan.manifest.images) >= WORTH_IMAGES
    return plan, records


def by_extractor(opened, tmp_path, **asked):
    return {found.extractor: found for found in plan_embeddings(*opened, tmp_path / "cache", **asked)}


def test_a_first_guess_is_as_many_times_shorter_as_the_engine_is_faster(opened, tmp_path):
    guess = STRATEGIES["feature_extraction"].embedding_ms * len(opened[0].manifest.images) / 1000
    for name in ("onnxruntime", "torch"):
        found = by_extractor(opened, tmp_path, engine=name)["bundled"]
        assert (found.engine, found.seconds) == (name, pytest.approx(guess / ENGINES[name].speed))
    assert by_extractor(opened, tmp_path)["bundled"].engine == "onnxruntime"
    assert by_extractor(opened, tmp_path, device="cuda")["bundled"].engine == "bfloat16"
    assert by_extractor(opened, tmp_path, device="mps")["bundled"].engine == "torch"


def test_tokens_are_listed_with_their_size_and_the_time_of_the_vectors(write_grid, tmp_path, monkeypatch):
    from benchmark.store.workspace import Workspace

    section = {"backbones": ["bundled"], "methods": ["lora", "attentive_probe"]}
    grid = write_grid(train_sizes=[40], feature_extraction=NETWORK, adaptation=section)
    opened = open_plan(grid, Workspace(tmp_path / "runs"))
    monkeypatch.setattr(planned_embeddings, "_measured", lambda records: {("bundled", "torch"): 8.0})
    found = by_extractor(opened, tmp_path, engine="onnxruntime")
    tokens = found["bundled (tokens)"]
    places = opened[0].grid.image.size // 32
    assert tokens.bytes == tokens.images * places**2 * 384 * 2
    assert (tokens.engine, tokens.seconds) == ("torch", pytest.approx(8.0 * tokens.images / 1000))
    assert found["bundled"].bytes is None


def test_a_descriptor_has_no_engine(opened, tmp_path):
    guess = descriptors()["glcm"].first_guess_ms * len(opened[0].manifest.images) / 1000
    found = by_extractor(opened, tmp_path, engine="onnxruntime")["glcm"]
    assert (found.engine, found.seconds) == ("", pytest.approx(guess))


@pytest.mark.parametrize(
    ("engine", "measured", "expected"),
    [
        ("torch", {("bundled", "torch"): 8.0}, 8.0),
        ("onnxruntime", {("bundled", "torch"): 8.0}, 8.0 / ENGINES["onnxruntime"].speed),
        ("onnxruntime", {("bundled", "torch"): 8.0, ("bundled", "onnxruntime"): 3.0}, 3.0),
        ("torch", {("bundled", "onnxruntime"): 3.0}, 3.0 * ENGINES["onnxruntime"].speed),
        ("torch", {("other", "torch"): 3.0, ("bundled", "of a later version"): 1.0}, 50.0),
    ],
)
def test_a_measured_time_counts_more(opened, tmp_path, monkeypatch, engine, measured, expected):
    monkeypatch.setattr(planned_embeddings, "_measured", lambda records: measured)
    found = by_extractor(opened, tmp_path, engine=engine)["bundled"]
    assert found.seconds == pytest.approx(expected * found.images / 1000)


def test_an_engine_that_is_not_installed_is_one_line(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="--engine: engine 'openvino' is not installed"):
        by_extractor(opened, tmp_path, engine="openvino")


def test_mirrored_views_take_twice_the_time_and_concatenations_that_of_their_parts(
    write_grid, tmp_path, monkeypatch
):
    from benchmark.store.workspace import Workspace

    entries = [{"name": "bundled", "flip": "average"}, {"concat": ["bundled", "edgenext_small"]}]
    grid = write_grid(train_sizes=[40], feature_extraction={"backbones": entries, "classifiers": ["knn"]})
    opened = open_plan(grid, Workspace(tmp_path / "runs"))
    monkeypatch.setattr(planned_embeddings, "_measured", lambda records: {("bundled", "torch"): 8.0})
    found = by_extractor(opened, tmp_path, engine="torch")
    assert list(found) == ["bundled-flip", "bundled", "edgenext_small", "glcm"]
    assert found["bundled"].seconds == pytest.approx(8.0 * found["bundled"].images / 1000)
    assert found["bundled-flip"].seconds == pytest.approx(2 * found["bundled"].seconds)
    measured = {("bundled", "torch"): 8.0, ("bundled-flip", "torch"): 9.0}
    monkeypatch.setattr(planned_embeddings, "_measured", lambda records: measured)
    found = by_extractor(opened, tmp_path, engine="torch")
    assert found["bundled-flip"].seconds == pytest.approx(9.0 * found["bundled"].images / 1000)

"""The room that tokens need: in the plan, and told before anything is computed."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmark.errors import UserError
from benchmark.execution import token_room
from benchmark.execution.executors import LocalExecutor, share_cores
from benchmark.execution.run import run_plan
from benchmark.execution.run_settings import RunSettings
from benchmark.execution.token_room import bytes_of_tokens, check_free, check_room, tokens_of_plan
from benchmark.store.workspace import Workspace
from extractors.specs import BackboneSpec, TokensSpec, embedding_folder
from tests.benchmark.opened import open_plan

NETWORK = {"name": "test_efficientnet", "weights": "random"}
LABEL = "test_efficientnet-random (tokens)"
TOKENS = TokensSpec(BackboneSpec("test_efficientnet", "random"))


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(token_room, "_known", {})


@pytest.fixture
def opened(write_grid, tmp_path):
    section = {"backbones": [NETWORK], "methods": ["bitfit", "attentive_probe"]}
    grid = write_grid(train_sizes=[40], hand_crafted=None, adaptation=section)
    return open_plan(grid, Workspace(tmp_path / "runs"))


def with_free(monkeypatch, free):
    monkeypatch.setattr(token_room.shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))


def test_only_the_attentive_probe_needs_tokens(opened):
    plan, _ = opened
    assert list(tokens_of_plan(plan)) == [LABEL]
    done = replace(plan, cells=[p for p in plan.cells if p.cell.classifier != "attentive_probe"])
    assert done.cells
    assert not tokens_of_plan(done)


def test_their_size_is_images_times_places_times_width_in_two_bytes():
    assert bytes_of_tokens(TOKENS, 10, 64) == 10 * (64 // 32) ** 2 * 256 * 2


def test_a_network_that_cannot_be_built_has_no_known_size():
    assert bytes_of_tokens(TokensSpec(BackboneSpec("no_network_of_this_name", "random")), 10, 64) is None


def test_a_disk_without_room_is_one_line_before_anything_is_computed(opened, tmp_path, monkeypatch):
    plan, records = opened
    with_free(monkeypatch, 1000)
    settings = RunSettings(Workspace(tmp_path / "runs").cache, LocalExecutor(share_cores(1)), "cpu")
    with pytest.raises(UserError) as told:
        list(run_plan(plan, records, settings, lambda *_: None))
    assert str(told.value).startswith("adaptation: attentive_probe needs 0.0 GiB for " + LABEL)
    assert "\n" not in str(told.value)
    assert not list(records.all())


def test_room_is_needed_for_what_is_not_begun_yet(opened, tmp_path, monkeypatch):
    plan, _ = opened
    with_free(monkeypatch, 1000)
    with pytest.raises(UserError):
        check_room(plan, "digest", tmp_path)
    begun = embedding_folder(tmp_path, "digest", TOKENS)
    begun.with_name(f"{begun.name}.part").mkdir(parents=True)
    (begun.with_name(f"{begun.name}.part") / "data.npy").touch()
    check_room(plan, "digest", tmp_path)


def test_gibibytes_are_told(tmp_path, monkeypatch):
    with_free(monkeypatch, 3 * 2**30)
    check_free({"a": 2**30, "b": 2**31}, tmp_path / "not" / "there")
    with pytest.raises(UserError, match=r"needs 4\.0 GiB for a, b in .*, where 3\.0 GiB are free: make room"):
        check_free({"a": 2**30, "b": 3 * 2**30}, tmp_path)

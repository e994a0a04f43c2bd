import math

import pytest
import torch

from benchmark.cli.weights import export_weights, fetch_weights, pretrain_weights, verify_weights
from benchmark.errors import UserError
from benchmark.grid.schema import read_grid
from extractors.backbones import load_backbone
from extractors.bundled.pretraining import training
from extractors.specs import BackboneSpec
from extractors.weights import save_state


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(training, "POOL", 64)
    monkeypatch.setattr(training, "HELD_OUT", 8)
    monkeypatch.setattr(training, "BATCH", 16)
    monkeypatch.setattr(training, "SIDES", ((1.0, 32),))


def test_a_few_seconds_of_pretraining_give_weights_that_the_grid_can_name(tmp_path, capsys):
    out = tmp_path / "made" / "w.safetensors"
    pretrain_weights(out, 2 / 3600, "cpu")
    said = capsys.readouterr()
    assert "w.safetensors" in said.out
    assert "accuracy" in said.out
    device = training.torch.device("cpu")
    assert load_backbone(BackboneSpec("bundled", str(out)), size=64, device=device).width == 384
    pretrain_weights(out, 2 / 3600, "cpu")  # is done: the time is spent
    images = [
        line.split("│")[2]
        for text in (said.out, capsys.readouterr().out)
        for line in text.splitlines()
        if "w.safe" in line
    ]
    assert images[0] == images[1]


@pytest.mark.parametrize("hours", [0, -1, math.nan, math.inf])
def test_hours_must_be_some(tmp_path, hours):
    with pytest.raises(UserError, match=f"--hours {hours:g}"):
        pretrain_weights(tmp_path / "w.safetensors", hours, "cpu")


def test_a_place_that_cannot_be_written_is_said_before_any_training(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        pretrain_weights(tmp_path / "file" / "w.safetensors", 1, "cpu")
    with pytest.raises(UserError, match="is a folder"):
        pretrain_weights(tmp_path, 1, "cpu")


def test_a_device_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="'warp' is not on this machine"):
        pretrain_weights(tmp_path / "w.safetensors", 1, "warp")


def test_bundled_weights_need_no_fetching(tmp_path):
    with pytest.raises(UserError, match="ship with the project"):
        fetch_weights("bundled", tmp_path / "w.safetensors")
    assert not list(tmp_path.iterdir())


GRID = """
name: away
dataset: {{kind: phantom, patients: 60}}
body_parts: [all]
train_sizes: [full]
seeds: [0]
feature_extraction:
  backbones: [bundled, {entries}]
  classifiers: [majority]
"""


def grid(tmp_path, entries):
    path = tmp_path / "g.yaml"
    path.write_text(GRID.format(entries=entries))
    return path


def test_exported_files_are_found_on_the_other_machine_and_verified(tmp_path, monkeypatch, capsys):
    save_state({"w": torch.ones(2)}, tmp_path / "own.safetensors")
    path = grid(tmp_path, "{name: resnet10t, weights: own.safetensors}")
    spec = read_grid(path).methods()[1].extractor
    before = spec.asked(), spec.identity()
    export_weights(path, tmp_path / "out")
    said = capsys.readouterr().out
    assert "own.safetensors" in said
    assert f"export BENCHMARK_WEIGHTS={tmp_path / 'out'}" in said.replace("\n", "")
    verify_weights(tmp_path / "out")
    assert "1 file is as the index says" in capsys.readouterr().out
    (tmp_path / "own.safetensors").unlink()
    with pytest.raises(UserError, match="there is no weights file"):
        read_grid(path)
    monkeypatch.setenv("BENCHMARK_WEIGHTS", str(tmp_path / "out"))
    after = read_grid(path).methods()[1].extractor
    assert (after.asked(), after.identity()) == before
    next((tmp_path / "out").rglob("own.safetensors")).write_bytes(b"")
    with pytest.raises(UserError, match=r"own.safetensors has 0 bytes.*\n1 of 1 file differs"):
        verify_weights(tmp_path / "out")
    with pytest.raises(UserError, match=r"g.yaml:8: .*own.safetensors has 0 bytes"):
        read_grid(path)


def test_weights_that_cannot_be_had_are_named_after_the_others_are_written(tmp_path):
    save_state({"w": torch.ones(2)}, tmp_path / "own.safetensors")
    (tmp_path / "bad.pth").write_text("text")
    path = grid(
        tmp_path, "{name: resnet10t, weights: own.safetensors}, {name: resnet10t, weights: bad.pth, label: b}"
    )
    with pytest.raises(UserError, match=r"^b: weights file .*bad.pth cannot be read: it is text"):
        export_weights(path, tmp_path / "out")
    verify_weights(tmp_path / "out")


def test_a_grid_of_bundled_networks_needs_nothing(tmp_path, capsys):
    export_weights(grid(tmp_path, "{name: bundled, weights: random}"), tmp_path / "out")
    assert "needs no weights" in capsys.readouterr().out


def test_a_folder_without_an_index_cannot_be_verified(tmp_path):
    with pytest.raises(UserError, match="name a folder"):
        verify_weights(tmp_path)

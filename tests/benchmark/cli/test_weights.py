import math

import pytest

from benchmark.cli.weights import fetch_weights, pretrain_weights
from benchmark.errors import UserError
from extractors.backbones import load_backbone
from extractors.bundled.pretraining import training
from extractors.specs import BackboneSpec


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

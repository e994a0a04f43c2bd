import json
import socket

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from extractors import weights_export
from extractors.backbones import embed, load_backbone
from extractors.exported_weights import VARIABLE, ExportedWeights, problem_with, read_index
from extractors.specs import BackboneSpec
from extractors.weights_export import export_weights

CPU = torch.device("cpu")
SMALL = "mobilenetv3_small_050"


def online(spec, **arguments):
    """A network as timm would download it."""
    torch.manual_seed(6)
    return timm.create_model(SMALL, pretrained=False, **arguments, **spec.model_args)


@pytest.fixture
def with_network(monkeypatch):
    """Downloads that work: of weights, and of the configuration of a hub's network."""
    monkeypatch.setattr("extractors.sources.timm._pretrained", online)
    config = {"architecture": SMALL, "num_classes": 1000}
    config["pretrained_cfg"] = {"mean": [0.4] * 3, "std": [0.2] * 3, "classifier": "classifier"}
    texts = {"config.json": json.dumps(config)}
    monkeypatch.setattr(
        "extractors.sources.timm.companions", lambda spec: texts if spec.name.startswith("hf-hub:") else {}
    )


@pytest.fixture
def without_network(monkeypatch):
    def refuse(*_, **__):
        raise OSError("network is off")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


SPECS = [
    BackboneSpec(SMALL),
    BackboneSpec(SMALL, model_args={"in_chans": 1}),
    BackboneSpec("hf-hub:some/one"),
]


@pytest.mark.usefixtures("with_network", "without_network")
def test_what_is_exported_loads_without_network_and_gives_the_same(tmp_path, monkeypatch, noise_images):
    expected = [embed(load_backbone(spec, size=64, device=CPU), noise_images) for spec in SPECS[:2]]
    entries = [entry for _, entry in export_weights(SPECS, tmp_path / "out")]
    assert [entry.full_name for entry in entries] == [f"{SMALL}.lamb_in1k"] * 2 + ["hf-hub:some/one"]
    assert entries[0].licence == "apache-2.0"
    assert entries[0].source == f"hf-hub:timm/{SMALL}.lamb_in1k"
    assert all(problem_with(tmp_path / "out", entry) == "" for entry in read_index(tmp_path / "out"))

    def refuse(*_):
        raise AssertionError("asked the hub")

    monkeypatch.setattr("extractors.sources.timm._pretrained", refuse)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "out"))
    for spec, vectors in zip(SPECS[:2], expected, strict=True):
        assert np.array_equal(embed(load_backbone(spec, size=64, device=CPU), noise_images), vectors)
        assert spec.identity()["weights"] == "imagenet"
    hub = load_backbone(SPECS[2], size=64, device=CPU)
    assert (hub.mean, hub.std, hub.width) == ((0.4,) * 3, (0.2,) * 3, 1024)


@pytest.mark.usefixtures("with_network")
def test_what_is_there_is_kept_and_a_damaged_file_is_written_again(tmp_path, monkeypatch):
    (entry,) = [entry for _, entry in export_weights(SPECS[:1], tmp_path)]
    monkeypatch.setattr(weights_export, "fetch_state", lambda *_: pytest.fail("fetched again"))
    assert [kept for _, kept in export_weights(SPECS[:1], tmp_path)] == [entry]
    monkeypatch.undo()
    monkeypatch.setattr("extractors.sources.timm._pretrained", online)
    (tmp_path / entry.file).write_bytes(b"")
    assert [again for _, again in export_weights(SPECS[:1], tmp_path)] == [entry]
    assert problem_with(tmp_path, entry) == ""


def test_files_of_the_grid_are_copied_and_those_that_ship_are_left_out(tmp_path):
    save_file({"w": torch.ones(1)}, tmp_path / "own.safetensors")
    (tmp_path / "bad.pth").write_text("text")
    specs = [
        BackboneSpec(SMALL, str(tmp_path / "own.safetensors")),
        BackboneSpec(SMALL, str(tmp_path / "bad.pth")),
        BackboneSpec("bundled"),
        BackboneSpec(SMALL, "random"),
    ]
    (_, copied), (_, refused) = export_weights(specs, tmp_path / "out")
    assert isinstance(copied, ExportedWeights)
    assert (tmp_path / "out" / copied.file).read_bytes() == (tmp_path / "own.safetensors").read_bytes()
    assert copied.weights == "own.safetensors"
    assert isinstance(refused, ValueError)
    assert "it is text" in str(refused)
    save_file({"w": torch.zeros(1)}, tmp_path / "own.safetensors")
    ((_, other),) = export_weights(specs[:1], tmp_path / "out")
    assert "has another file own.safetensors" in str(other)

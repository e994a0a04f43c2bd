import json

from benchmark.setup import machine
from benchmark.setup.machine import Machine, ReadyNetwork, this_machine


def test_a_machine_in_words():
    assert Machine(1, 8_000_000_000, "cpu", ()).in_words() == "1 core, 8 GB, no GPU"
    assert Machine(4, 8_000_000_000, "cuda", ()).in_words() == "4 cores, 8 GB, cuda"


def test_installed_and_exported_networks_are_ready(tmp_path, monkeypatch):
    (tmp_path / "r.safetensors").write_bytes(b"x")
    entry = {"name": "resnet50", "weights": "imagenet", "sha256": "", "bytes": 1}
    listed = [{**entry, "file": "r.safetensors"}, {**entry, "name": "vgg19", "file": "gone.safetensors"}]
    (tmp_path / "index.json").write_text(json.dumps({"version": 1, "weights": listed}))
    monkeypatch.setenv("BENCHMARK_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(machine, "installed_file", lambda name: tmp_path if name.endswith("0") else None)
    found = this_machine()
    assert found.networks == (
        ReadyNetwork("tf_efficientnet_lite0", "installed"),
        ReadyNetwork("resnet50", "imagenet"),
    )
    assert found.unusable_weights == ""
    assert found.cores >= 1


def test_a_folder_of_weights_that_cannot_be_used_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCHMARK_WEIGHTS", str(tmp_path))
    assert "benchmark weights export" in this_machine().unusable_weights


def test_the_memory_of_a_container_counts(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(machine, "_LIMITS", (str(limit),))
    limit.write_text("max\n")
    whole = machine.memory()
    limit.write_text("1000000\n")
    assert machine.memory() == 1_000_000 < whole


def test_without_an_accelerator_torch_is_not_asked(monkeypatch):
    monkeypatch.setattr(machine, "_ACCELERATORS", ())
    monkeypatch.setattr(machine.sys, "platform", "linux")
    assert machine.network_device() == "cpu"

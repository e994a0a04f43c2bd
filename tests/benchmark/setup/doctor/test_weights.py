from dataclasses import replace

import huggingface_hub
import pytest

from benchmark.grid.schema import Grid
from benchmark.setup.doctor import weights as module
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Finding, Surroundings
from benchmark.setup.doctor.weights import weights
from benchmark.store.workspace import Workspace
from extractors.sources import hub, source_of
from extractors.specs import BackboneSpec


@pytest.fixture
def of(tmp_path):
    def of(*backbones):
        content = {
            "name": "g",
            "dataset": {"kind": "phantom"},
            "feature_extraction": {"backbones": list(backbones), "classifiers": ["majority"]},
        }
        return list(
            weights(Surroundings(Workspace(tmp_path), Grid.model_validate(content, context=tmp_path)))
        )

    return of


def test_what_ships_is_random_or_a_file_is_there(of, tmp_path):
    (tmp_path / "w.safetensors").write_bytes(b"x" * 2_000_000)
    file = {"name": "resnet18", "weights": "w.safetensors"}
    found = of("bundled", {"name": "resnet50", "weights": "random"}, file)
    assert [(f.state, f.what) for f in found] == [
        (OK, "bundled: ships with its package"),
        (OK, "resnet50-random: random"),
        (OK, "resnet18: a file, 2 MB"),
    ]


@pytest.mark.parametrize(("there", "state"), [(True, OK), (False, PROBLEM)])
def test_weights_of_the_extra(of, monkeypatch, tmp_path, there, state):
    monkeypatch.setattr(module, "installed_file", lambda name: tmp_path if there else None)
    (found,) = of({"name": "tf_efficientnet_lite0", "weights": "installed"})
    assert found.state == state
    assert ("benchmark[imagenet]" in found.do) is not there


@pytest.mark.parametrize(
    ("cached", "reachable", "state"), [(True, False, OK), (False, True, NOTE), (False, False, PROBLEM)]
)
def test_weights_of_a_hub(of, monkeypatch, tmp_path, cached, reachable, state):
    monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(hub, "_cached", lambda repository, file: tmp_path if cached else None)
    if cached:
        (tmp_path / "checkpoints").mkdir()
        (tmp_path / "checkpoints/squeezenet1_0-b66bff10.pth").touch()
    monkeypatch.setattr(module, "is_reachable", lambda url: reachable)
    for found in of("resnet18", "torchvision/squeezenet1_0"):
        assert found.state == state
        assert ("weights fetch" in found.do) is not cached


def test_an_error_of_one_network_stops_no_other(of, monkeypatch):
    monkeypatch.setenv("BENCHMARK_WEIGHTS", "/not/there")
    broken, sound = of("resnet18", "bundled")
    assert (broken.state, sound.state) == (PROBLEM, OK)


@pytest.mark.parametrize(
    ("name", "files", "way_out"),
    [
        ("hf:owner/name@v1", ["config.json", "model.safetensors", "preprocessor_config.json"], "hf download"),
        (
            "open_clip:ViT-B-16/openai",
            ["open_clip_model.safetensors"],
            "weights fetch open_clip:ViT-B-16/openai",
        ),
        ("hf_hub:owner/name", ["config.json", "pytorch_model.bin"], "weights fetch hf_hub:owner/name"),
    ],
)
def test_sources_with_names_of_a_hub(of, monkeypatch, tmp_path, name, files, way_out):
    """Nothing is downloaded, and all files that the network needs must be there."""
    there, answers, asked = set(files), True, []
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *_, **__: pytest.fail("a download"))

    def cached(repository, file, revision=None):
        return str(tmp_path / file) if file in there else None

    def is_reachable(url):
        asked.append(url)
        return answers

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", cached)
    monkeypatch.setattr(module, "is_reachable", is_reachable)
    (found,) = of(name)
    assert (found.state, asked) == (OK, [])
    there.remove(files[0])
    (found,) = of(name)
    assert (found.state, asked) == (NOTE, [huggingface_hub.constants.ENDPOINT])
    assert way_out in found.do
    answers = False
    (found,) = of(name)
    assert found.state == PROBLEM
    assert "huggingface.co cannot be reached" in found.what
    assert way_out in found.do


def test_a_folder_is_looked_at_only(of, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "is_reachable", lambda url: pytest.fail("a server was asked"))
    (tmp_path / "net").mkdir()
    (found,) = of(f"hf:{tmp_path / 'net'}")
    assert (found.state, found.what) == (PROBLEM, "hf:net: not in its folder")
    assert "config.json" in found.do
    (tmp_path / "net/model.safetensors").write_bytes(b"x")
    assert [f.state for f in of(f"hf:{tmp_path / 'net'}")] == [OK]
    found = module._of("onnx:a.onnx", BackboneSpec(f"onnx:{tmp_path / 'a.onnx'}"))
    assert found.state == PROBLEM


def test_networks_in_a_concatenation_are_looked_at(of, monkeypatch):
    monkeypatch.setattr(module, "_at", lambda label, spec, origin: Finding("weights", NOTE, label))
    assert [f.what for f in of({"concat": ["resnet18", "resnet50"]})] == ["resnet18", "resnet50"]


def test_a_source_that_does_not_say_where_its_weights_are(of, monkeypatch):
    plain = replace(source_of("resnet18"), origin=None)
    monkeypatch.setattr(module, "source_of", lambda name: plain)
    assert [f.state for f in of("resnet18")] == [NOTE]


def test_a_file_that_went_away(monkeypatch, tmp_path):
    spec = BackboneSpec("resnet18", str(tmp_path / "gone.safetensors"))
    found = module._of("resnet18", spec)
    assert found.state == PROBLEM
    assert str(tmp_path) not in found.public + found.do

import pytest

from benchmark.grid.schema import Grid
from benchmark.setup.doctor import weights as module
from benchmark.setup.doctor.finding import NOTE, OK, PROBLEM, Surroundings
from benchmark.setup.doctor.weights import is_cached, weights
from benchmark.store.workspace import Workspace
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
def test_weights_of_a_hub(of, monkeypatch, cached, reachable, state):
    monkeypatch.setattr(module, "is_cached", lambda place: cached)
    monkeypatch.setattr(module, "is_reachable", lambda url: reachable)
    for found in of("resnet18", "torchvision/squeezenet1_0"):
        assert found.state == state
        assert ("weights fetch" in found.do) is not cached


def test_an_error_of_one_network_stops_no_other(of, monkeypatch):
    monkeypatch.setenv("BENCHMARK_WEIGHTS", "/not/there")
    broken, sound = of("resnet18", "bundled")
    assert (broken.state, sound.state) == (PROBLEM, OK)


def test_downloads_are_found_by_their_place(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path))
    assert not is_cached("https://download.example/models/a-1.pth")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints/a-1.pth").write_bytes(b"x")
    assert is_cached("https://download.example/models/a-1.pth")
    assert not is_cached("hf-hub:nobody/nothing-of-this-name")
    assert not is_cached("unknown")


def test_a_file_that_went_away(monkeypatch, tmp_path):
    spec = BackboneSpec("resnet18", str(tmp_path / "gone.safetensors"))
    assert module._of("resnet18", spec).state == PROBLEM

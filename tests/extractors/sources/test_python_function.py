import sys

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from extractors.backbones import embed, load_backbone
from extractors.sources import check_name
from extractors.sources.python_function import files, knows, names
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
GREY = {"mean": (0.0,), "std": (1.0,)}
MODULE = """
import torch
from torch import nn

def tiny(width=3):
    torch.manual_seed(5)
    return nn.Sequential(nn.Conv2d(1, width, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

def either(pretrained):
    made = tiny()
    nn.init.constant_(made[0].weight, 1.0 if pretrained else 0.5)
    return made

def broken():
    raise RuntimeError("first line\\nsecond line")

def text():
    return "no network"
"""


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    (tmp_path / "my_networks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "my_networks.py"
    sys.modules.pop("my_networks", None)


def spec(function, weights="", **more):
    return BackboneSpec(f"python:my_networks:{function}", weights, **{**GREY, **more})


def test_the_function_makes_the_network_from_its_arguments(noise_images):
    backbone = load_backbone(spec("tiny", model_args={"width": 7}), size=64, device=CPU)
    torch.manual_seed(5)
    conv = torch.nn.Conv2d(1, 7, 3)
    with torch.inference_mode():
        expected = conv(torch.from_numpy(noise_images).float()[:, None] / 255).mean((2, 3))
    np.testing.assert_allclose(embed(backbone, noise_images), expected, atol=1e-5)


def test_a_function_that_has_the_parameter_is_told_whether_it_is_pretrained():
    own, random = (load_backbone(spec("either", w), size=64, device=CPU).network for w in ("", "random"))
    assert (own[0].weight.mean(), random[0].weight.mean()) == (1.0, 0.5)
    with pytest.raises(ValueError, match="weights: random needs a function with the parameter 'pretrained'"):
        load_backbone(spec("tiny", "random"), size=64, device=CPU)


def test_a_file_of_weights_is_loaded_strictly(tmp_path):
    state = load_backbone(spec("tiny"), size=64, device=CPU).network.state_dict()
    save_file({key: value + 1 for key, value in state.items()}, tmp_path / "w.safetensors")
    loaded = load_backbone(spec("tiny", str(tmp_path / "w.safetensors")), size=64, device=CPU).network
    assert torch.equal(loaded.state_dict()["0.bias"], state["0.bias"] + 1)
    save_file({"0.bias": state["0.bias"]}, tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match=r"1 missing \(0.weight\)"):
        load_backbone(spec("tiny", str(tmp_path / "w.safetensors")), size=64, device=CPU)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("python:my_networks:broken", r"raised RuntimeError: first line$"),
        ("python:my_networks:text", r"returned a str, not a torch.nn.Module$"),
        ("python:my_networks:absent", r"raised AttributeError: .*absent"),
        ("python:not_there:f", r"no module 'not_there': install it, or put its folder into PYTHONPATH$"),
    ],
)
def test_whatever_goes_wrong_is_one_line(name, message):
    with pytest.raises(ValueError, match=message) as caught:
        load_backbone(BackboneSpec(name, **GREY), size=64, device=CPU)
    assert "\n" not in str(caught.value)


def test_arguments_that_it_does_not_take_and_no_normalisation():
    with pytest.raises(ValueError, match=r"raised TypeError: .*depth"):
        load_backbone(spec("tiny", model_args={"depth": 7}), size=64, device=CPU)
    with pytest.raises(ValueError, match="needs mean and std"):
        load_backbone(BackboneSpec("python:my_networks:tiny"), size=64, device=CPU)


def test_a_changed_module_is_another_network(module):
    before = spec("tiny").identity()
    assert files(spec("tiny")) == [module]
    module.write_text(MODULE + "\n# changed\n")
    assert spec("tiny").identity() != before
    assert files(BackboneSpec("python:not_there:f")) == files(BackboneSpec("python:not.there:f")) == []


def test_names_have_the_form_of_module_and_function():
    assert knows("python:a.b:c")
    assert names() == []
    with pytest.raises(ValueError, match="python:MODULE:FUNCTION"):
        check_name("python:a.b")

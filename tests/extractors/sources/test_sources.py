"""The registry of sources (`extractors/sources/__init__.py`)."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from extractors.backbones import embed, fetch_state, load_backbone, network_input
from extractors.sources import GROUP, check_name, named_weights, source_of, sources
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
MODULE = """
import torch
from torch import nn
from extractors.sources import BackboneSource, Normalisation

def whole():
    return nn.Sequential(nn.Conv2d(1, 5, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 2))

def build(spec, pretrained):
    network = whole()
    if pretrained:
        nn.init.constant_(network[0].weight, 0.5)
    return network[:3]

def fetch(spec):
    return whole().state_dict()

MINE = BackboneSource(
    name="xrays",
    library="A Library",
    citation="",
    prefix="xrays/",
    weights="chests",
    weights_label="weights from chests",
    knows=lambda name: name == "xrays/tiny",
    names=lambda: ["xrays/tiny"],
    build=build,
    normalisation=lambda spec, network: Normalisation((0.5,), (0.25,), channels=1),
    head=lambda spec, network: ("3.",),
    fetch=fetch,
)
"""


@pytest.fixture
def xrays(install):
    install(GROUP, "third_party_module:MINE", MODULE)


def test_sources_and_their_names_are_known_without_heavy_imports():
    code = (
        "import sys; from extractors.sources import check_name, sources; from extractors.specs import BackboneSpec;"
        "check_name('bundled'); BackboneSpec('bundled').identity(); BackboneSpec('resnet18').identity();"
        "print(*sources()); assert not {'numpy', 'timm', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    own = ["bundled", "timm", "torchvision", "transformers", "open_clip", "torchxrayvision"]
    assert done.stdout.split() == [*own, "onnx", "python", "embeddings"]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bundled", "bundled"),
        ("resnet50.a1_in1k", "timm"),
        ("hf-hub:timm/resnet18.a1_in1k", "timm"),
        ("torchvision/resnet50", "torchvision"),
        ("xrays/tiny", "timm"),
        ("hf:owner/name", "transformers"),
        ("open_clip:ViT-B-16/openai", "open_clip"),
        ("torchxrayvision/densenet121-res224-all", "torchxrayvision"),
        ("onnx:/a/net.onnx", "onnx"),
        ("python:a:b", "python"),
        ("embeddings:/a/v.npz", "embeddings"),
    ],
)
def test_the_prefix_of_a_name_decides_its_source(name, source):
    assert source_of(name).name == source


def test_unknown_backbones_are_named_with_their_neighbours():
    with pytest.raises(ValueError, match=r"'resnet5O'.*did you mean.*resnet50") as caught:
        check_name("resnet5O")
    assert str(caught.value).endswith("onnx:FILE, python:MODULE:FUNCTION, or embeddings:FILE)")
    assert "(bundled, a timm name, torchvision/NAME, hf:FOLDER_OR_NAME, " in str(caught.value)
    with pytest.raises(ValueError, match="torchvision/squeezenet1_0"):
        check_name("torchvision/squeezenet1")
    with pytest.raises(ValueError, match="did you mean bundled"):
        check_name("bundeld")


def test_a_source_of_another_package_is_checked_built_and_fetched(xrays):
    assert list(sources())[-1] == "xrays"
    assert source_of("xrays/tiny").library == "A Library"
    assert named_weights() == {"random", "imagenet", "bundled", "pretrained", "chests"}
    with pytest.raises(ValueError, match=r"did you mean xrays/tiny\?.*or xrays/NAME\)"):
        check_name("xrays/tinny")
    spec = BackboneSpec("xrays/tiny")
    assert spec.asked() == {"name": "xrays/tiny"}
    assert spec.identity() == {"name": "xrays/tiny", "weights": "chests"}
    backbone = load_backbone(spec, size=32, device=CPU)
    assert (backbone.width, backbone.network[0].weight.mean()) == (5, 0.5)
    grey = network_input(backbone, torch.tensor([[[0, 255]]], dtype=torch.uint8))
    assert grey.flatten().tolist() == pytest.approx([-2, 2])
    assert "3.weight" in fetch_state("xrays/tiny")


def test_its_weights_may_come_from_a_file_with_the_classifier(xrays, tmp_path, noise_images):
    state = fetch_state("xrays/tiny")
    torch.save(state, tmp_path / "w.pth")
    backbone = load_backbone(BackboneSpec("xrays/tiny", str(tmp_path / "w.pth")), size=64, device=CPU)
    assert torch.equal(backbone.network[0].weight, state["0.weight"])
    assert embed(backbone, noise_images).dtype == np.float32


def test_an_entry_point_that_cannot_be_used_is_one_clear_error(install):
    install(GROUP, "third_party_module:ABSENT", MODULE)
    with pytest.raises(ValueError, match=r"third_party_module:ABSENT.*third-party.*cannot be imported"):
        source_of("resnet18")


def test_a_network_that_timm_renamed_has_its_new_name_and_no_other():
    with pytest.raises(ValueError, match=r"timm now calls it 'vit_base_patch16_224.augreg_in21k'$"):
        check_name("vit_base_patch16_224_in21k")

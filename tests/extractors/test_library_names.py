"""Files of one library in another's network of the same architecture: the same features from the same pixels."""

import warnings

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from extractors.backbones import embed, load_backbone
from extractors.library_names import blocks_of, names_for, rename_all
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SAME = {
    "resnet18": "resnet18",
    "densenet121": "densenet121",
    "mobilenet_v2": "mobilenetv2_100",
    "regnet_y_400mf": "regnety_004",
    "efficientnet_b0": "efficientnet_b0",
}
SLOW = {
    "inception_v3": "inception_v3",
    "convnext_tiny": "convnext_tiny",
    "vgg11_bn": "vgg11_bn",
    "efficientnet_b4": "efficientnet_b4",
    "wide_resnet50_2": "wide_resnet50_2",
    "regnet_x_400mf": "regnetx_004_tv",
}
PAIRS = [*SAME.items(), *(pytest.param(*pair, marks=pytest.mark.slow) for pair in SLOW.items())]


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_a_file_of_torchvision_gives_the_same_features_in_timm(tmp_path, theirs, ours):
    torch.manual_seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = torchvision.models.get_model(theirs, weights=None).eval()
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.train().momentum = 1.0
    if norms:
        with torch.no_grad():
            network(torch.rand(4, 3, 96, 96))  # statistics of noise, so that features differ between images
    save_file(network.state_dict(), tmp_path / "w.safetensors")
    images = np.random.default_rng(0).integers(0, 255, (2, 80, 80), dtype=np.uint8)
    one, two = (
        embed(load_backbone(BackboneSpec(name, str(tmp_path / "w.safetensors")), size=80, device=CPU), images)
        for name in (f"torchvision/{theirs}", ours)
    )
    assert np.ptp(one, axis=0).max() > 1e-4
    np.testing.assert_allclose(one, two, atol=1e-5 * max(1, np.abs(one).max()))


@pytest.mark.parametrize(
    "name", ["mobilenetv3_small_100", "tf_mobilenetv3_small_100", "efficientnet_b5", "vit_base_patch16_224"]
)
def test_networks_that_compute_something_else_have_no_table(name):
    assert list(names_for(name)) == []


def test_a_tag_does_not_matter():
    assert [names.whose for names in names_for("vgg16.tv_in1k")] == ["from torchvision's names"]


def test_published_files_of_densenet_have_the_names_of_an_earlier_version():
    key = "features.denseblock1.denselayer2.norm.1.weight"
    assert list(rename_all({key: torch.ones(1)}, "torchvision/densenet121")) == [
        key.replace("norm.1", "norm1")
    ]
    assert list(rename_all({key: torch.ones(1)}, "torchvision/resnet18")) == [key]


def test_only_the_efficientnet_family_has_blocks():
    assert blocks_of(torch.nn.Linear(1, 1)) == []

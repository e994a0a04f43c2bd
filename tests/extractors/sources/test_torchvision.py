import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from extractors.backbones import embed, load_backbone, network_input
from extractors.errors import WeightsUnavailableError
from extractors.sources.torchvision import head, names
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")


def test_names_are_those_of_the_networks_for_classification():
    assert "torchvision/resnet18" in names()
    assert not [name for name in names() if "mask_rcnn" in name or not name.startswith("torchvision/")]


def test_weights_from_a_file(tmp_path, noise_images):
    torch.manual_seed(2)
    network = torchvision.models.squeezenet1_1(weights=None).eval()
    save_file(network.state_dict(), tmp_path / "s.safetensors")
    backbone = load_backbone(
        BackboneSpec("torchvision/squeezenet1_1", str(tmp_path / "s.safetensors")), size=64, device=CPU
    )
    with torch.inference_mode():
        expected = network.features(network_input(backbone, torch.from_numpy(noise_images))).mean(dim=(2, 3))
    assert np.allclose(embed(backbone, noise_images), expected.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "layers"),
    [("resnet18", ("fc.",)), ("mobilenet_v3_small", ("classifier.3.",)), ("vit_b_16", ("heads.head.",))],
)
def test_the_classifier_layer_is_found_without_weights(name, layers):
    assert head(BackboneSpec(f"torchvision/{name}", "random"), torch.nn.Module()) == layers


def test_weights_that_cannot_be_downloaded_are_a_typed_error(monkeypatch):
    def offline(*_, **__):
        raise OSError

    monkeypatch.setattr("extractors.sources.torchvision.is_reachable", lambda url: True)
    monkeypatch.setattr(torchvision.models._api.WeightsEnum, "get_state_dict", offline)
    with pytest.raises(WeightsUnavailableError, match=r"'torchvision/resnet18'.*\(OSError\)$"):
        load_backbone(BackboneSpec("torchvision/resnet18"), size=64, device=CPU)

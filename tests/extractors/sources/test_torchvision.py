import copy
import re
import warnings

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from extractors.backbones import embed, load_backbone, network_input
from extractors.errors import WeightsUnavailableError
from extractors.sources.torchvision import fetch, head, names
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


QUICK = ["densenet121", "googlenet", "inception_v3", "mnasnet0_5", "mobilenet_v3_small", "resnet18"]
QUICK += ["shufflenet_v2_x0_5", "squeezenet1_1"]
SLOW = ["alexnet", "convnext_tiny", "efficientnet_b0", "efficientnet_v2_s", "maxvit_t", "mobilenet_v2"]
SLOW += ["regnet_x_400mf", "regnet_y_400mf", "resnext50_32x4d", "swin_t", "swin_v2_t", "vgg11_bn"]
SLOW += ["vit_b_16", "wide_resnet50_2"]
SIZES = {"inception_v3": 80, "maxvit_t": 224, "vit_b_16": 224}
FAMILIES = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


def published(name, size):
    """A state dict as torchvision publishes it: random weights, with statistics of noise images."""
    torch.manual_seed(4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = torchvision.models.get_model(name, weights=None).eval()
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.train().momentum = 1.0
    if norms:
        with torch.no_grad():
            network(torch.rand(4, 3, max(size, 96), max(size, 96)))
    state = network.state_dict()
    if name.startswith("densenet"):
        old = re.compile(r"(denselayer\d+\.(?:norm|conv))([12]\.)")
        kept = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
        return {old.sub(r"\1.\2", key): value for key, value in kept.items()}
    return state


def expected_features(network, pixels):
    """What goes into the last layer with weights of torchvision's own network, pooled if that is a convolution."""
    last = [m for m in network.modules() if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)][-1]
    if isinstance(network, torchvision.models.SqueezeNet):
        last = network.classifier[1]
    seen = []
    last.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.inference_mode():
        network.eval()(pixels)
    return seen[-1].flatten(2).mean(2) if seen[-1].ndim == 4 else seen[-1]


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_gives_the_features_of_torchvisions_own_builder(monkeypatch, tmp_path, name):
    size = SIZES.get(name, 64)
    state = published(name, size)
    monkeypatch.setattr("extractors.sources.torchvision.is_reachable", lambda url: True)
    monkeypatch.setattr(
        torchvision.models._api.WeightsEnum, "get_state_dict", lambda *_, **__: copy.copy(state)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = torchvision.models.get_model(name, weights="DEFAULT").to(memory_format=torch.channels_last)
    images = np.random.default_rng(0).integers(0, 255, (2, size, size), dtype=np.uint8)
    torch.save(state, tmp_path / "published.pth")
    save_file(fetch(BackboneSpec(f"torchvision/{name}")), tmp_path / "fetched.safetensors")
    for weights in ("", "published.pth", "fetched.safetensors"):
        spec = BackboneSpec(f"torchvision/{name}", str(tmp_path / weights) if weights else "")
        backbone = load_backbone(spec, size=size, device=CPU)
        expected = expected_features(own, network_input(backbone, torch.from_numpy(images))).numpy()
        assert np.ptp(expected, axis=0).max() > 1e-4
        np.testing.assert_allclose(embed(backbone, images), expected, atol=1e-5 * max(1, expected.max()))


def test_without_a_connection_the_failure_comes_at_once(monkeypatch):
    monkeypatch.setattr("extractors.sources.torchvision.is_reachable", lambda url: False)
    for load in (fetch, lambda spec: load_backbone(spec, size=64, device=CPU)):
        with pytest.raises(WeightsUnavailableError, match=r"\(no connection to download.pytorch.org\)$"):
            load(BackboneSpec("torchvision/resnet18"))

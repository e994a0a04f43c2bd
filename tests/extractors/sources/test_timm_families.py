"""The smallest network of every timm family, loaded from a file that timm's own network wrote."""

import warnings

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from extractors.backbones import embed, load_backbone, network_input
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
LARGEST = 40e6  # parameters of a network that is still tried
QUICK = {"resnet", "efficientnet", "vision_transformer", "densenet"}


def smallest(module):
    """The name of a family's network with fewest parameters, counted without memory; None above LARGEST."""
    found = []
    for name in timm.list_models(module=module):
        try:
            with torch.device("meta"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                network = timm.create_model(name, pretrained=False)
        except Exception:  # some read numbers while they are built
            continue
        found.append((sum(value.numel() for value in network.parameters()), name))
        if found[-1][0] < 8e6:
            break
    return min(found)[1] if found and min(found)[0] < LARGEST else None


FAMILIES = [pytest.param(m, marks=() if m in QUICK else pytest.mark.slow) for m in timm.list_modules()]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_gives_the_features_of_its_own_library(family, tmp_path):
    name = smallest(family)
    if name is None:
        pytest.skip(f"no network of {family} has fewer than {LARGEST:.0f} parameters")
    torch.manual_seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = timm.create_model(name, pretrained=False).eval()
    channels, size, _ = network.pretrained_cfg["input_size"]
    save_file(
        {key: value.contiguous().clone() for key, value in network.state_dict().items()},
        tmp_path / "w.safetensors",
    )
    backbone = load_backbone(BackboneSpec(name, str(tmp_path / "w.safetensors")), size=size, device=CPU)
    images = np.random.default_rng(0).integers(0, 256, (2, size, size), dtype=np.uint8)
    network.reset_classifier(0)
    with torch.inference_mode():
        expected = network(network_input(backbone, torch.from_numpy(images))).numpy()
    assert channels == 3
    found = embed(backbone, images)
    assert np.abs(found - expected).max() <= 1e-5 * max(1.0, np.abs(expected).max())
    assert found.std() > 0

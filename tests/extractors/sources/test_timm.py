import json
from time import perf_counter

import huggingface_hub
import pytest
import timm
import torch
from safetensors.torch import save_file

from extractors.backbones import fetch_state, load_backbone, network_input
from extractors.errors import WeightsUnavailableError
from extractors.sources import check_name
from extractors.sources.timm import head, knows, names, normalisation
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SMALL = "mobilenetv3_small_050"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as timm's `save_for_hf` writes one, with a mean and std of its own."""
    made = tmp_path_factory.mktemp("local")
    torch.manual_seed(3)
    save_file(
        timm.create_model(SMALL, pretrained=False, num_classes=7).state_dict(), made / "model.safetensors"
    )
    config = {"mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2], "classifier": "classifier", "num_classes": 7}
    (made / "config.json").write_text(
        json.dumps({"architecture": SMALL, "num_classes": 7, "pretrained_cfg": config})
    )
    return made


def test_listed_names_are_known_with_and_without_a_tag():
    assert SMALL in names()
    assert knows("resnet50")
    assert knows("resnet50.a1_in1k")
    assert not knows("resnet5O")


@pytest.mark.parametrize("name", ["hf-hub:someone/network", "hf_hub:someone/network", "local-dir:somewhere"])
def test_names_from_elsewhere_are_not_checked_against_the_list(name):
    check_name(name)


def test_a_network_in_a_folder_brings_weights_mean_and_std(folder):
    backbone = load_backbone(BackboneSpec(f"local-dir:{folder}"), size=64, device=CPU)
    assert (backbone.mean, backbone.std, backbone.width) == ((0.5,) * 3, (0.2,) * 3, 1024)
    torch.manual_seed(3)
    expected = timm.create_model(SMALL, pretrained=False, num_classes=7).state_dict()
    assert torch.equal(backbone.network.state_dict()["conv_stem.weight"], expected["conv_stem.weight"])


def test_random_weights_of_a_network_in_a_folder(folder):
    own, random = (
        load_backbone(BackboneSpec(f"local-dir:{folder}", weights), size=64, device=CPU).network.state_dict()
        for weights in ("", "random")
    )
    assert own.keys() == random.keys()
    assert not torch.equal(own["conv_stem.weight"], random["conv_stem.weight"])


@pytest.mark.parametrize(
    "load",
    [lambda: load_backbone(BackboneSpec("resnet18"), size=64, device=CPU), lambda: fetch_state("resnet18")],
)
def test_weights_that_cannot_be_downloaded_are_a_typed_error_of_one_line(monkeypatch, load):
    def offline(*_, **__):
        raise ConnectionError("no route\nsecond line")

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(WeightsUnavailableError, match=r"'resnet18'.*\(no route\)$") as caught:
        load()
    assert caught.value.name == "resnet18"


def test_channels_and_classifier_layers_are_those_of_the_network():
    spec = BackboneSpec("resnet18", "random", {"in_chans": 1})
    assert normalisation(spec, torch.nn.Module()).channels == 1
    assert head(spec, torch.nn.Module()) == ("fc.",)
    assert load_backbone(spec, size=64, device=CPU).mean == pytest.approx((0.449,), abs=1e-3)


def test_without_a_connection_the_hub_is_not_asked_again_and_again(monkeypatch):
    monkeypatch.setattr("extractors.sources.hub.is_reachable", lambda url: False)
    began = perf_counter()
    with pytest.raises(WeightsUnavailableError, match="no connection to"):
        fetch_state("resnet18.a1_in1k")
    assert perf_counter() - began < 10
    assert not huggingface_hub.constants.HF_HUB_OFFLINE


def test_networks_without_pretrained_weights_say_so():
    name = next(name for name in names() if not timm.models.is_model_pretrained(name))
    with pytest.raises(ValueError, match=r"timm has no pretrained weights of .*: use 'weights: random'"):
        load_backbone(BackboneSpec(name), size=64, device=CPU)


@pytest.mark.parametrize(
    "name", ["levit_128s", "repvit_m0_9", "vit_tiny_patch16_224", "convnext_atto", SMALL]
)
def test_the_classifier_in_a_file_is_left_out_whatever_its_layers(tmp_path, name):
    torch.manual_seed(3)
    network = timm.create_model(name).eval()
    save_file(network.state_dict(), tmp_path / "w.safetensors")
    backbone = load_backbone(BackboneSpec(name, str(tmp_path / "w.safetensors")), size=224, device=CPU)
    network.reset_classifier(0)
    pixels = torch.randint(0, 255, (1, 224, 224), dtype=torch.uint8)
    with torch.inference_mode():
        expected = network.to(memory_format=torch.channels_last)(network_input(backbone, pixels))
        assert torch.allclose(backbone.network(network_input(backbone, pixels)), expected, atol=1e-5)

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from extractors.backbones import embed, load_backbone, network_input, size_of
from extractors.engines.agreement import with_engine
from extractors.engines.onnx_export import onnx_bytes
from extractors.sources import why_fixed
from extractors.sources.onnx_file import OnnxNetwork, files, knows, names
from extractors.specs import BackboneSpec
from tests.extractors.sources.offline import no_sockets as no_sockets

CPU = torch.device("cpu")
GREY = {"mean": (0.5,), "std": (0.25,)}


def network(channels=1, last=()):
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(channels, 5, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), *last
    ).eval()


@pytest.fixture
def file(tmp_path):
    (tmp_path / "net.onnx").write_bytes(onnx_bytes(network(), (1, 64, 64)))
    return tmp_path / "net.onnx"


@pytest.mark.usefixtures("no_sockets")
def test_the_vectors_are_those_of_the_exported_network(file, noise_images):
    backbone = load_backbone(BackboneSpec(f"onnx:{file}", **GREY), size=64, device=CPU)
    assert isinstance(backbone.network, OnnxNetwork)
    with torch.inference_mode():
        expected = network()(network_input(backbone, torch.from_numpy(noise_images)))
    np.testing.assert_allclose(embed(backbone, noise_images, batch_size=3), expected, atol=1e-5)
    assert size_of(backbone.network) == file.stat().st_size
    assert with_engine(backbone, "onnxruntime", noise_images) is backbone


def test_channels_are_read_from_the_file(tmp_path, noise_images):
    (tmp_path / "net.onnx").write_bytes(onnx_bytes(network(3), (3, 64, 64)))
    spec = BackboneSpec(f"onnx:{tmp_path / 'net.onnx'}", mean=(0.5, 0.4, 0.3), std=(0.2,) * 3)
    assert embed(load_backbone(spec, size=64, device=CPU), noise_images).shape == (4, 5)
    with pytest.raises(ValueError, match="mean and std need 3 values each"):
        load_backbone(BackboneSpec(spec.name, **GREY), size=64, device=CPU)


def test_a_file_of_a_fixed_number_of_images(tmp_path, noise_images):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network(), (torch.zeros(3, 1, 64, 64),), tmp_path / "net.onnx", dynamo=False)
    backbone = load_backbone(BackboneSpec(f"onnx:{tmp_path / 'net.onnx'}", **GREY), size=64, device=CPU)
    with torch.inference_mode():
        expected = network()(network_input(backbone, torch.from_numpy(noise_images)))
    np.testing.assert_allclose(embed(backbone, noise_images), expected, atol=1e-5)
    with pytest.raises(ValueError, match=r"the file's height is 64: set image.size to 64"):
        load_backbone(BackboneSpec(f"onnx:{tmp_path / 'net.onnx'}", **GREY), size=32, device=CPU)


def test_what_a_file_cannot_say_or_do_is_one_line(file, tmp_path):
    with pytest.raises(ValueError, match="give mean and std"):
        load_backbone(BackboneSpec(f"onnx:{file}"), size=64, device=CPU)
    with pytest.raises(ValueError, match="takes no model_args"):
        load_backbone(BackboneSpec(f"onnx:{file}", model_args={"a": 1}, **GREY), size=64, device=CPU)
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"bad.onnx cannot be read as an ONNX network") as caught:
        load_backbone(BackboneSpec(f"onnx:{tmp_path / 'bad.onnx'}", **GREY), size=64, device=CPU)
    assert "\n" not in str(caught.value)
    maps = nn.Sequential(nn.Conv2d(1, 5, 3)).eval()
    (tmp_path / "maps.onnx").write_bytes(onnx_bytes(maps, (1, 64, 64)))
    with pytest.raises(ValueError, match=r"gives \(1, 5, 62, 62\), not one vector per image"):
        load_backbone(BackboneSpec(f"onnx:{tmp_path / 'maps.onnx'}", **GREY), size=64, device=CPU)
    with pytest.raises(ValueError, match="shows no tokens"):
        load_backbone(BackboneSpec(f"onnx:{file}", tokens="mean", **GREY), size=64, device=CPU)


def test_it_is_frozen_and_says_so(file):
    assert (
        why_fixed(f"onnx:{file}")
        == "'onnx:net.onnx' is frozen: it can be neither fine-tuned nor given other weights"
    )
    assert why_fixed("resnet18") == ""


def test_its_identity_is_the_files_and_its_weights_beside_it(file):
    spec = BackboneSpec(f"onnx:{file}", **GREY)
    assert spec.label == "onnx:net.onnx"
    assert len(str(spec.identity()["weights"])) == 64
    before = spec.identity()
    file.with_name("net.onnx.data").write_bytes(b"weights")
    assert files(spec) == [file.with_name("net.onnx.data")]
    assert spec.identity() != before
    assert knows(spec.name)
    assert not knows("onnx:")
    assert names() == []

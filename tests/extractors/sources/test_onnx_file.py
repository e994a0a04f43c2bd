import warnings

import numpy as np
import onnx
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


def test_its_identity_is_the_files(file):
    spec = BackboneSpec(f"onnx:{file}", **GREY)
    assert spec.label == "onnx:net.onnx"
    assert len(str(spec.identity()["weights"])) == 64
    assert knows(spec.name)
    assert not knows("onnx:")
    assert names() == []


def with_weights_in(location, file):
    """The same network with its weights in another file, which is written beside it."""
    model = onnx.load(file)
    onnx.save(
        model,
        file,
        save_as_external_data=True,
        location="any name.bin",
        size_threshold=0,
        convert_attribute=True,
    )
    model = onnx.load(file, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            entry.value = location if entry.key == "location" else entry.value
    file.write_bytes(model.SerializeToString())
    return BackboneSpec(f"onnx:{file}", **GREY)


def test_weights_in_a_file_of_any_name_are_part_of_the_identity(file, noise_images):
    expected = embed(load_backbone(BackboneSpec(f"onnx:{file}", **GREY), size=64, device=CPU), noise_images)
    spec, weights = with_weights_in("any name.bin", file), file.with_name("any name.bin")
    assert files(spec) == [weights]
    np.testing.assert_allclose(
        embed(load_backbone(spec, size=64, device=CPU), noise_images), expected, atol=1e-6
    )
    before = spec.identity()
    file.with_name("net.onnx.data").write_bytes(b"not named by the network")
    assert spec.identity() == before
    content = bytearray(weights.read_bytes())
    content[0] ^= 1
    weights.write_bytes(content)
    assert spec.identity() != before


@pytest.mark.parametrize("location", ["/any name.bin", "../any name.bin", "folder/any name.bin", ".."])
def test_weights_that_do_not_lie_beside_the_file_are_one_line(file, location):
    spec = with_weights_in(location, file)
    (file.parent / "folder").mkdir()
    (file.parent / "folder" / "any name.bin").write_bytes(file.with_name("any name.bin").read_bytes())
    assert files(spec) == []
    with pytest.raises(ValueError, match=f"takes weights from '{location}': they must be in files beside it"):
        load_backbone(spec, size=64, device=CPU)


def test_tensors_of_attributes_and_inner_graphs_are_found(tmp_path):
    def outside(name):
        tensor = onnx.TensorProto(name=name, data_type=1, dims=[1], data_location=onnx.TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=name)
        return tensor

    inner = onnx.helper.make_graph([], "inner", [], [], initializer=[outside("b")])
    node = onnx.helper.make_node("If", [], [], then_branch=inner, value=outside("a"))
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "outer", [], []))
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    assert [path.name for path in files(BackboneSpec(f"onnx:{tmp_path / 'net.onnx'}", **GREY))] == ["a", "b"]

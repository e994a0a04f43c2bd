"""The bfloat16 engines, on the CPU: their networks, their agreement with float32, and what falls back."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from extractors import engines
from extractors.backbones import embed, load_backbone
from extractors.engines import ENGINES, bfloat16
from extractors.engines.agreement import with_engine
from extractors.engines.bfloat16 import folded
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SIZE = 32


def images(n=40):
    return np.random.default_rng(0).integers(0, 255, (n, SIZE, SIZE), dtype=np.uint8)


def backbone_of(name="resnet18"):
    return load_backbone(BackboneSpec(name, "random"), size=SIZE, device=CPU)


@pytest.fixture(scope="module")
def backbone():
    return backbone_of()


@pytest.fixture
def on_cpu(monkeypatch):
    """Let the engines of CUDA run on the CPU."""
    own = {n: replace(e, device="cpu") if e.device == "cuda" else e for n, e in ENGINES.items()}
    monkeypatch.setattr(engines, "ENGINES", own)
    monkeypatch.setattr(bfloat16, "_BACKEND", "eager")  # traces, and generates no code


def with_moved_statistics(network):
    """Batch norm that does something: random weights have mean 0 and variance 1."""
    random = torch.Generator().manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(generator=random)
            module.running_var.uniform_(0.5, 2, generator=random)
    return network


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("resnet18", 0),
        ("torchvision/resnet18", 0),
        ("mobilenetv3_small_050", 0),  # timm's batch norm with an activation
        ("torchvision/densenet121", 62),  # the batch norm before a convolution has none to go into
    ],
)
def test_batch_norm_is_folded_and_the_network_itself_left_alone(name, left):
    network = with_moved_statistics(backbone_of(name).network)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    found = folded(network)
    assert sum(isinstance(module, nn.BatchNorm2d) for module in found.modules()) == left
    batch = torch.randn(2, 3, SIZE, SIZE)
    with torch.inference_mode():
        torch.testing.assert_close(found(batch), network(batch), rtol=1e-3, atol=1e-4)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_a_network_that_cannot_be_traced_is_left_as_it_is():
    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.convolution, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

        def forward(self, batch):
            found = self.norm(self.convolution(batch))
            return found if batch.sum() > 0 else -found

    network = with_moved_statistics(Branches().eval())
    batch = torch.ones(1, 3, 8, 8)
    assert torch.equal(folded(network)(batch), network(batch))


@pytest.mark.parametrize("name", ["bfloat16", "bfloat16_compiled"])
def test_the_engine_gives_float32_close_to_torchs(on_cpu, backbone, name):
    found = with_engine(backbone, name, images())
    assert found.engine == name
    ours, theirs = (embed(one, images(33)).astype(float) for one in (found, backbone))
    assert embed(found, images(1)).shape == (1, 512)
    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    assert ((ours * theirs).sum(axis=1) / norms).min() >= 0.999
    assert not np.array_equal(ours, theirs)
    assert next(backbone.network.parameters()).dtype == torch.float32


def test_one_compilation_serves_every_number_of_images(monkeypatch, on_cpu, backbone):
    compiled = []

    def counting(graph, inputs):
        compiled.append(graph)
        return graph.forward

    monkeypatch.setattr(bfloat16, "_BACKEND", counting)
    torch._dynamo.reset()
    run = bfloat16.compile_network(backbone.network, (3, SIZE, SIZE))
    with torch.inference_mode():
        assert [len(run(torch.randn(n, 3, SIZE, SIZE))) for n in (31, 1, 7)] == [31, 1, 7]
    assert len(compiled) == 1


def test_where_compiling_fails_one_line_says_so_and_the_cast_network_is_taken(
    monkeypatch, on_cpu, backbone, caplog
):
    def fails(graph, inputs):
        raise RuntimeError("no compiler\nand a long trace")

    monkeypatch.setattr(bfloat16, "_BACKEND", fails)
    own = {name: replace(engines.ENGINES[name], worth=1) for name in ("bfloat16_compiled", "bfloat16")}
    monkeypatch.setattr(engines, "ENGINES", own | {"torch": ENGINES["torch"]})
    caplog.set_level(logging.INFO, logger="extractors")
    assert with_engine(backbone, "auto", images()).engine == "bfloat16"
    (line,) = [record for record in caplog.records if record.name.startswith("extractors")]
    assert "the engine bfloat16_compiled cannot run it (" in line.message
    assert "\n" not in line.message


def test_vectors_that_are_too_far_from_float32_are_refused(monkeypatch, on_cpu, backbone, caplog):
    own = replace(engines.ENGINES["bfloat16"], farthest=1e-6)
    monkeypatch.setattr(engines, "ENGINES", engines.ENGINES | {"bfloat16": own})
    assert with_engine(backbone, "bfloat16", images()) is backbone
    assert "differs from torch on 32 of the first 32 images; torch is used" in caplog.text

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from extractors import engines
from extractors.backbones import Backbone, embed, load_backbone
from extractors.engines import AUTO, ENGINES, Engine
from extractors.engines.agreement import COMPARED, with_engine
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SIZE = 32


def images(n=40, size=SIZE):
    return np.random.default_rng(0).integers(0, 255, (n, size, size), dtype=np.uint8)


@pytest.fixture(scope="module")
def backbone():
    return load_backbone(BackboneSpec("mobilenetv3_small_050", "random"), size=SIZE, device=CPU)


def test_an_engine_that_agrees_runs_the_network(backbone):
    found = with_engine(backbone, "onnxruntime", images())
    assert found.engine == "onnxruntime"
    ours, theirs = embed(backbone, images()), embed(found, images())
    assert theirs.dtype == np.float32
    np.testing.assert_allclose(theirs, ours, atol=1e-4)
    assert np.array_equal(theirs, embed(found, images())), "the same bytes each time"


def pretend(monkeypatch, *compiles):
    """Let the registry hold these functions instead of the engines."""
    own = {f"pretended{n}": Engine(f"pretended{n}", compiled) for n, compiled in enumerate(compiles)}
    monkeypatch.setattr(engines, "ENGINES", own | {"torch": ENGINES["torch"]})
    monkeypatch.setattr(engines, "find_spec", lambda name: name)


def times(factor, rows=slice(None)):
    def compile_network(network, shape):
        assert shape == (3, SIZE, SIZE)

        def run(batch):
            vectors = network(batch).clone()
            vectors[rows] *= factor
            return vectors

        return run

    return compile_network


def fails(network, shape):
    raise RuntimeError("no such operator\nand a long trace")


def one_number_of_images(network, shape):
    def run(batch):
        assert len(batch) > 1
        return network(batch)

    return run


def too_wide(network, shape):
    return lambda batch: network(batch).repeat(1, 2)


@pytest.mark.parametrize(
    ("compiled", "said"),
    [
        (fails, "cannot run it (RuntimeError: no such operator)"),
        (one_number_of_images, "cannot run it (AssertionError"),
        (too_wide, "gives vectors of shape (32, 2048), torch (32, 1024)"),
        (times(1.005), "differs from torch on 32 of the first 32 images"),
        (times(1.005, slice(3, 4)), "differs from torch on 1 of the first 32 images"),
        (times(float("nan"), slice(3, 4)), "differs from torch on 1 of the first 32 images"),
    ],
)
def test_an_engine_that_does_not_give_the_same_is_left_with_one_warning(
    monkeypatch, caplog, capfd, backbone, compiled, said
):
    pretend(monkeypatch, compiled)
    found = with_engine(backbone, "pretended0", images())
    assert (found.engine, found.run) == ("torch", None)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert said in record.message
    assert record.message.endswith("; torch is used")
    assert "\n" not in record.message
    assert capfd.readouterr() == ("", "")


def test_auto_goes_on_to_the_next_engine_and_says_so_below_a_warning(monkeypatch, caplog, backbone):
    pretend(monkeypatch, fails, times(1.0001))
    caplog.set_level(logging.INFO)
    found = with_engine(backbone, AUTO, images(engines.WORTH_IMAGES))
    assert found.engine == "pretended1"
    assert [(record.levelno, "pretended0 cannot run it" in record.message) for record in caplog.records] == [
        (logging.INFO, True)
    ]


def test_only_the_first_images_are_compared(monkeypatch, backbone):
    seen = []

    def counts(network, shape):
        def run(batch):
            seen.append(len(batch))
            return network(batch)

        return run

    pretend(monkeypatch, counts)
    with_engine(backbone, "pretended0", images(COMPARED + 8))
    assert sum(seen) == COMPARED
    assert min(seen) == 1, "a last batch of one image must be tried too"


def test_a_vector_of_zeros_agrees_with_itself():
    class Zeros(nn.Module):
        def forward(self, batch):
            return batch.mean(dim=(2, 3)) * 0

    zeros = Backbone(BackboneSpec("bundled"), Zeros(), (0.5,) * 3, (0.5,) * 3, 3, CPU)
    assert with_engine(zeros, "onnxruntime", images(3)).engine == "onnxruntime"


def test_torch_is_never_compared_with_itself(backbone):
    broken = replace(backbone, network=nn.Identity())
    assert with_engine(broken, "torch", images(1)) is broken

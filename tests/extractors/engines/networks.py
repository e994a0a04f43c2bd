"""Whether an engine gives what torch gives, for the tests of each engine."""

import logging

import numpy as np
import pytest
import torch

from extractors.backbones import embed, load_backbone
from extractors.engines.agreement import with_engine
from extractors.specs import BackboneSpec

SMALL = [("mobilenetv3_small_050", 64), ("resnet10t", 64)]
# the eight networks of grids/literature, and one each of three newer families
LARGE = [
    ("densenet169", 96),
    ("densenet201", 96),
    ("efficientnet_b0", 96),
    ("inception_resnet_v2", 107),
    ("inception_v3", 107),
    ("resnet50", 96),
    ("vgg16", 224),
    ("vgg19", 224),
    ("vit_tiny_patch16_224", 224),
    ("convnext_atto", 96),
    ("mobilenetv2_100", 96),
]


def agrees(
    engine: str, name: str, size: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Assert that an engine runs a network with random weights as torch does, and says nothing."""
    backbone = load_backbone(BackboneSpec(name, "random"), size=size, device=torch.device("cpu"))
    images = np.random.default_rng(0).integers(0, 255, (5, size, size), dtype=np.uint8)
    caplog.set_level(logging.INFO)
    capfd.readouterr()
    found = with_engine(backbone, engine, images)
    assert (found.engine, caplog.messages, capfd.readouterr()) == (engine, [], ("", ""))
    ours, theirs = (embed(one, images).astype(np.float64) for one in (backbone, found))
    cosines = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.99999
    assert np.abs(ours - theirs).max() < 1e-5 * np.abs(ours).max()

"""From pixels to probabilities, by a kept model: a frozen extractor with a classifier, or a tuned network."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.errors import UserError, reason
from benchmark.execution.tuned_network import tuned_network_of
from benchmark.store.kept_models import KeptModel, TunedHead
from classifiers.fine_tuning.layers import TunedNetwork
from classifiers.fine_tuning.prediction import features
from classifiers.selection import Floats
from classifiers.tabicl_function import InContext
from extractors.backbones import Backbone, embed, load_backbone
from extractors.devices import choose_device
from extractors.engines import AUTO, TORCH, engines_for
from extractors.engines.agreement import with_engine
from extractors.handcrafted import describe
from extractors.sources import RANDOM
from extractors.specs import BETWEEN, BackboneSpec, DescriptorSpec
from extractors.weights import load_strictly, read_state

_log = logging.getLogger(__name__)
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Scores:
    """Of each image: its probability (n,), and its vector (n, width) float32 before the classifier."""

    probabilities: Floats
    vectors: NDArray[np.float32]


Scorer = Callable[[Pixels], Scores]  # of (n, size, size) uint8


def scorer_of(model: KeptModel, device: str = "auto", engine: str = AUTO) -> Scorer:
    """The scorer of a model, with its network loaded once.

    A frozen network is run by `engine` (`engines.agreement`), which is compared with torch on the first
    images that are scored. `auto` is the engine that the cell was fitted with, so that its probabilities are
    found again: a difference in the last digit of a feature can lead a tree to its other branch. Raises
    UserError for weights that are not those that the cell was fitted with, and for an unknown device or
    engine.
    """
    try:
        if isinstance(model.classifier.decide, InContext):
            model.classifier.decide.weights()  # raises where they are absent
        network = tuned_network(model, device) if model.tuned else None
        if network:
            return partial(_by_network, model, *network)
        if isinstance(model.extractor, DescriptorSpec):
            check_identity(model)
            return partial(_by_descriptor, model, model.extractor.name)
        backbones = [frozen_backbone(network, device) for network in model.networks]
        engines_for(engine, backbones[0].device.type, images=0)  # raises for one that cannot be used
        used = _engines_of(model, backbones) if engine == AUTO else [engine] * len(backbones)
        return partial(_by_backbones, model, [_Checked(*pair) for pair in zip(backbones, used, strict=True)])
    except ValueError as error:
        raise UserError(f"cell {model.record.cell}: {reason(error)}") from error


def frozen_backbone(model: KeptModel, device: str = "auto", *, trained: bool = True) -> Backbone:
    """The frozen network of a model; with random weights unless `trained`.

    Raises ValueError as `load_backbone`, and for other weights.
    """
    assert isinstance(model.extractor, BackboneSpec)
    if model.backbone is None and trained:
        check_identity(model)
        return load_backbone(model.extractor, size=model.size, device=choose_device(device))
    bare = replace(model.extractor.resolved(), weights=RANDOM)
    backbone = load_backbone(bare, size=model.size, device=choose_device(device))
    if model.backbone is not None and trained:
        load_strictly(backbone.network, read_state(model.backbone), model.backbone)
    return backbone


def tuned_network(
    model: KeptModel, device: str = "auto", *, trained: bool = True
) -> tuple[Backbone, TunedNetwork, TunedHead]:
    """The fine-tuned network of a model, in eval mode; with random weights unless `trained`.

    Raises ValueError for weights that do not fit.
    """
    assert isinstance(model.extractor, BackboneSpec)
    assert model.tuned is not None
    backbone, network = tuned_network_of(model.extractor, model.tuned, model.size, device, trained=trained)
    return backbone, network, model.tuned


def _by_descriptor(model: KeptModel, name: str, pixels: Pixels) -> Scores:
    vectors = describe(pixels, [name])[name]
    return Scores(model.classifier.predict_proba(vectors), vectors)


def _engines_of(model: KeptModel, backbones: Sequence[Backbone]) -> list[str]:
    """The engine of each network that the cell was fitted with, where it can be used here; else torch."""
    recorded = model.record.embedding.engine if model.record.embedding else None
    names = recorded.split(BETWEEN) if recorded else [TORCH] * len(backbones)
    return [_usable(model, *pair) for pair in zip(names, backbones, strict=True)]


def _usable(model: KeptModel, engine: str, backbone: Backbone) -> str:
    try:
        engines_for(engine, backbone.device.type, images=0)
    except ValueError as error:
        _log.info("cell %s: %s; %s is used", model.record.cell, error, TORCH)
        return TORCH
    return engine


class _Checked:
    """A backbone whose engine is compared with torch when the first images come."""

    def __init__(self, backbone: Backbone, engine: str) -> None:
        self._backbone, self._engine = backbone, engine
        self._found: Backbone | None = None

    def __call__(self, pixels: Pixels) -> Backbone:
        if self._found is None:
            self._found = with_engine(self._backbone, self._engine, pixels)
        return self._found


def _by_backbones(model: KeptModel, networks: Sequence[_Checked], pixels: Pixels) -> Scores:
    vectors = np.hstack([embed(checked(pixels), pixels) for checked in networks])
    return Scores(model.classifier.predict_proba(vectors), vectors)


@torch.inference_mode()
def _by_network(
    model: KeptModel, backbone: Backbone, network: TunedNetwork, tuned: TunedHead, pixels: Pixels
) -> Scores:
    vectors = features(backbone, network, pixels, np.arange(len(pixels)), tuned.resolution)
    odds = network.head(torch.from_numpy(vectors).to(backbone.device)).squeeze(1)
    return Scores(model.classifier.calibrate(odds.cpu().numpy().astype(np.float64)), vectors)


def check_identity(model: KeptModel) -> None:
    """Raise ValueError where a frozen extractor is not the one that the cell was fitted with."""
    now = model.extractor.identity()
    if now != model.identity:
        changed = ", ".join(sorted(key for key in now if now[key] != model.identity.get(key)))
        raise ValueError(
            f"{model.extractor.label} is not the one that it was fitted with ({changed} differ); "
            "use the same weights file, or run the grid again"
        )

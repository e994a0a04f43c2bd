"""Maps of what in an image speaks for abnormal, by a kept model."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logit
from torch import Tensor
from torch.nn import functional

from benchmark.errors import UserError, reason
from benchmark.prediction.feature_maps import Maps, gradient_maps, last_map, spread_maps
from benchmark.prediction.occlusion import occlusion_maps
from benchmark.prediction.scoring import (
    Pixels,
    Scorer,
    check_identity,
    frozen_backbone,
    scorer_of,
    tuned_network,
)
from benchmark.store.kept_models import KeptModel
from classifiers.contributions import gradient, has_gradient, has_shapley_values, removal, shapley_values
from classifiers.decision_functions import Linear, Same
from classifiers.fine_tuning.inputs import resized
from classifiers.fine_tuning.prediction import log_odds
from classifiers.selection import Floats
from extractors.backbones import Backbone, forward, to_grey
from extractors.descriptors import descriptors
from extractors.engines import AUTO
from extractors.handcrafted import describe
from extractors.specs import BackboneSpec, DescriptorSpec, networks_of

Explainer = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
_PLACES = "what each place of the last feature map adds to the log odds"
_CAM = f"{_PLACES}: the class-activation map (Zhou et al. 2016)"
_HIRES = f"{_PLACES}, to first order: activation times gradient (HiResCAM, Draelos and Carin 2020)"
_SPREAD = (
    "what each feature adds to the log odds (TreeSHAP, Lundberg et al. 2020), spread over the places where "
    "its channel is active"
)
_CELLS = "how much the log odds drop with the features of a cell at their training means"
_OCCLUSION = "how much the log odds drop with a square of the image covered by its mean grey"
_SURE = 1e-12  # probabilities are kept this far from 0 and 1, whose log odds are infinite


@dataclass(frozen=True, eq=False)
class Contributions:
    """What makes signed maps (n, h, w) of images (n, size, size) uint8; `how` says what they show."""

    how: str
    maps: Callable[[Pixels], Maps]

    def __call__(self, pixels: Pixels) -> Maps:
        return self.maps(pixels)


def explainer_of(model: KeptModel, device: str = "auto") -> Explainer:
    """The function from images (n, size, size) uint8 to maps (n, size, size) float32 of 0..1.

    A higher value speaks more for abnormal. Each map is `contributions_of`, enlarged, without its negative
    part, and divided by its maximum: values of two images cannot be compared. It is zero where nothing
    speaks for abnormal. Raises UserError as `contributions_of`.
    """
    return partial(_heat, contributions_of(model, device))


def contributions_of(model: KeptModel, device: str = "auto", engine: str = AUTO) -> Contributions:
    """The function from images to maps (n, h, w) of what each place adds to the calibrated log odds.

    Where there is a last feature map, a map's mean is what all places add. For a descriptor of cells, a value
    is the drop of the log odds with its cell's features at their training means. Else it is the drop when the
    place is covered, which is scored by `engine` (see `scorer_of`). Raises UserError for the majority
    baseline, for weights that are not those that the cell was fitted with, and for an unknown device.
    """
    if isinstance(model.classifier.decide, Same):
        raise UserError(f"cell {model.record.cell}: the majority baseline looks at no image: it has no map")
    try:
        return _by_model(model, device) or _by_occlusion(model, device, engine)
    except ValueError as error:
        raise (
            error if isinstance(error, UserError) else UserError(f"cell {model.record.cell}: {reason(error)}")
        ) from error


def randomised_contributions_of(model: KeptModel, device: str = "auto") -> Contributions | None:
    """`contributions_of` the same network with random weights; a frozen one keeps its classifier.

    Maps that stay the same do not depend on what the network has learned (Adebayo et al. 2018, NeurIPS).
    None for models without a network or without a last feature map, and where the weights are random anyway.
    """
    if model.tuned:
        return _of_tuned(model, device, trained=False)
    if not any(network.trained for network in networks_of(model.extractor)):
        return None
    return _of_frozen(model, device, trained=False)


def _by_model(model: KeptModel, device: str) -> Contributions | None:
    """The maps that need nothing but one pass; None where there is no such way."""
    if model.tuned:
        return _of_tuned(model, device)
    if isinstance(model.extractor, DescriptorSpec):
        check_identity(model)
        cells = descriptors()[model.extractor.name].cells
        if cells is None:
            return None
        return Contributions(_CELLS, partial(_of_cells, model, model.extractor.name, cells()))
    return _of_frozen(model, device)


def _by_occlusion(model: KeptModel, device: str, engine: str) -> Contributions:
    odds = partial(_calibrated_odds, scorer_of(model, device, engine))
    return Contributions(_OCCLUSION, partial(occlusion_maps, odds))


def _of_tuned(model: KeptModel, device: str, *, trained: bool = True) -> Contributions | None:
    backbone, network, tuned = tuned_network(model, device, trained=trained)
    place = last_map(network.backbone, _blank(backbone, tuned.resolution or model.size))
    if place is None:
        return None
    slope = model.classifier.calibrate.slope

    def odds(pixels: Tensor) -> Tensor:
        grey = resized(to_grey(pixels, backbone.device), tuned.resolution)
        return log_odds(backbone, network, grey)[:, None]

    return Contributions(_HIRES, partial(gradient_maps, place, odds, partial(np.full_like, fill_value=slope)))


def _of_frozen(model: KeptModel, device: str, *, trained: bool = True) -> Contributions | None:
    if not isinstance(model.extractor, BackboneSpec) or model.extractor.flip:
        return None  # several maps: of several networks, or of both views
    backbone = frozen_backbone(model, device, trained=trained)
    place = last_map(backbone.network, _blank(backbone, model.size))
    if place is None:
        return None
    compute = partial(forward, backbone)
    if has_gradient(model.classifier):
        how = _CAM if isinstance(model.classifier.decide, Linear) else _HIRES
        return Contributions(how, partial(gradient_maps, place, compute, partial(gradient, model.classifier)))
    if place.channels == backbone.width and has_shapley_values(model.classifier):
        shares = partial(shapley_values, model.classifier)
        return Contributions(_SPREAD, partial(spread_maps, place, compute, shares))
    return None


def _of_cells(model: KeptModel, name: str, cells: NDArray[np.intp], pixels: Pixels) -> Maps:
    """What each cell's features add to the log odds of a hand-crafted descriptor."""
    drops = removal(model.classifier, describe(pixels, [name])[name], cells)
    side = math.isqrt(drops.shape[1])
    return drops.reshape(-1, side, side)


def _blank(backbone: Backbone, size: int) -> Tensor:
    return torch.zeros((1, len(backbone.mean), size, size), device=backbone.device)


def _calibrated_odds(score: Scorer, pixels: Pixels) -> Floats:
    odds: Floats = logit(score(pixels).probabilities.clip(_SURE, 1 - _SURE))
    return odds


def _heat(contributions: Contributions, pixels: Pixels) -> NDArray[np.float32]:
    if not len(pixels):
        return np.zeros(pixels.shape, np.float32)
    return heat_of(contributions(pixels), pixels.shape[1])


def heat_of(maps: Maps, size: int) -> NDArray[np.float32]:
    """Maps of contributions (n, h, w) as `explainer_of` shows them: (n, size, size) of 0..1."""
    small = torch.from_numpy(maps)[:, None]
    large = functional.interpolate(small, (size, size), mode="bilinear", align_corners=False)[:, 0]
    positive = large.clamp_min(0)
    most = positive.amax((1, 2), keepdim=True)
    return (positive / most.clamp_min(torch.finfo(most.dtype).tiny)).numpy()

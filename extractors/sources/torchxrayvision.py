"""Networks of TorchXRayVision, trained on chest radiographs: `torchxrayvision/NAME`.

Extra `torchxrayvision`. Their input has one channel of grey values from -1024 to 1024.
"""

import contextlib
import io
from pathlib import Path
from typing import Any

import torchvision
from torch import Tensor, nn
from torch.nn import functional

from extractors.errors import WeightsUnavailableError, reason
from extractors.sources.blocks import expand_to_blocks
from extractors.sources.connection import is_reachable
from extractors.sources.extras import library
from extractors.sources.origin import Origin, origin_in
from extractors.sources.source import Normalisation
from extractors.specs import BackboneSpec
from extractors.tokens import Tokens, Tower, map_tokens
from extractors.weights import State

PREFIX = "torchxrayvision/"
_RESNET = "resnet50-res512-all"
_NAMES = (
    *(f"densenet121-res224-{data}" for data in ("all", "chex", "mimic_ch", "mimic_nb", "nih", "pc", "rsna")),
    _RESNET,
)
# torchxrayvision.datasets.normalize: grey values 0..1 become (2 · value - 1) · 1024
_MEAN, _STD = (0.5,), (1 / 2048,)


class ChestNetwork(Tower):
    """The layers before the classifier; `inner` holds them as the library names them."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__(inner)
        expand_to_blocks(inner)

    def forward(self, images: Tensor) -> Tensor:
        return self._map(images).mean(dim=(2, 3))

    def tokens(self, images: Tensor, last: int) -> Tokens:
        """See `tokens_of`."""
        return map_tokens(self._map(images), last)

    def _map(self, images: Tensor) -> Tensor:
        if hasattr(self.inner, "features"):  # DenseNet, of which the library's features2 is the mean
            return functional.relu(self.inner.features(images))
        for child in self.inner.children():  # ResNet without pooling and classifier
            images = child(images)
        return images


def knows(name: str) -> bool:
    """Whether the library has trained weights of this name."""
    return name in names()


def names() -> list[str]:
    """The full names of the networks."""
    return [PREFIX + name for name in _NAMES]


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the network without its classifier. Raises WeightsUnavailableError."""
    whole = _pretrained(spec) if pretrained else _whole(spec)
    for name in ("classifier", "avgpool", "fc"):
        if hasattr(whole, name):
            delattr(whole, name)
    return ChestNetwork(whole)


def head(spec: BackboneSpec, network: nn.Module) -> tuple[str, ...]:
    """The key prefixes of the classifier, and of its thresholds."""
    return ("classifier.", "fc.", "op_threshs")


def fetch(spec: BackboneSpec) -> State:
    """All weights. Raises WeightsUnavailableError."""
    return _pretrained(spec).state_dict()


def provenance(spec: BackboneSpec) -> dict[str, str]:
    """The full name and source; the licences of the radiographs that they were trained on are their own."""
    url = _library().models.model_urls[_own_name(spec)]["weights_url"]
    licence = "Apache-2.0 (the library's; the training images have terms of their own)"
    return {"full_name": spec.name, "licence": licence, "source": str(url)}


def origin(spec: BackboneSpec) -> Origin:
    """The library's cache, and the address of its weights."""
    url = str(_library().models.model_urls[_own_name(spec)]["weights_url"])
    return origin_in(Path(_library().utils.get_cache_dir()).expanduser(), url)


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """The library's scale, one channel, and the size that the weights were trained with."""
    return Normalisation(_MEAN, _STD, channels=1, size=512 if _own_name(spec) == _RESNET else 224)


def _library() -> Any:
    return library("torchxrayvision", "torchxrayvision")


def _own_name(spec: BackboneSpec) -> str:
    return spec.name.removeprefix(PREFIX)


def _whole(spec: BackboneSpec) -> nn.Module:
    """The network with its classifier and random weights."""
    if _own_name(spec) == _RESNET:
        network: nn.Module = torchvision.models.resnet50(
            num_classes=18, weights=None, **dict[str, Any](spec.model_args)
        )
        network.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
        return network
    made: nn.Module = _library().models.DenseNet(**dict[str, Any](spec.model_args))
    return made


def _pretrained(spec: BackboneSpec) -> nn.Module:
    """The network with its classifier and weights, as the library loads them (strictly)."""
    name, models = _own_name(spec), _library().models
    known = origin(spec)
    if not known.here and not is_reachable(known.address):
        raise WeightsUnavailableError(spec.name, f"no connection to {known.host}")
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
            found: Any = models.get_model(name)
    except OSError as error:
        raise WeightsUnavailableError(spec.name, reason(error)) from error
    network: nn.Module = found.model if name == _RESNET else found
    network.op_threshs = None  # type: ignore[assignment]
    return network

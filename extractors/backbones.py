"""Build frozen networks, load their weights strictly, and embed images."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from extractors.device_stream import BatchSize, compute_batches, first_batch_size
from extractors.digests import JsonValue
from extractors.engines import TORCH, Run
from extractors.errors import reason
from extractors.exported_weights import exported_folder, exported_weights
from extractors.normalisation import check_normalisation
from extractors.renames import renamed
from extractors.sources import INSTALLED, Normalisation, check_name, source_of
from extractors.sources.installed import why_absent
from extractors.specs import BackboneSpec
from extractors.tokens import NoTokensError, Tower, with_chosen_tokens
from extractors.weights import AUXILIARY, State, load_strictly, read_checkpoint

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Backbone:
    """A headless network on its device: (n, channels, size, size) normalised pixels to (n, width).

    `run` is the network as compiled by another engine than torch, which `embed` uses (`engines.agreement`).
    """

    spec: BackboneSpec
    network: nn.Module
    mean: tuple[float, ...]
    std: tuple[float, ...]
    width: int
    device: torch.device
    renamed: str = ""  # how the names in the weights file were changed, in words
    engine: str = TORCH
    run: Run | None = None
    licence: str = ""  # of its weights, as far as its source knows

    @cached_property
    def scale(self) -> tuple[Tensor, Tensor]:
        """Mean and std as tensors (1, channels, 1, 1) float32 on the device."""
        with torch.inference_mode(False):  # gradients are computed with them, too
            mean, std = (
                torch.tensor(values, device=self.device).view(1, -1, 1, 1) for values in (self.mean, self.std)
            )
        return mean, std

    @cached_property
    def batch_size(self) -> BatchSize:
        """How many images `embed` gives the network at once, as found so far."""
        return first_batch_size(self.device)


def size_of(network: nn.Module) -> int:
    """The size of all weights and buffers, in bytes."""
    own = sum(value.nbytes for value in network.state_dict().values())
    return own or int(getattr(network, "bytes_on_disk", 0))


def load_backbone(spec: BackboneSpec, *, size: int, device: torch.device) -> Backbone:
    """Build the network without its classifier, load its weights strictly, and measure its width.

    Pretrained weights come from the folder of `BENCHMARK_WEIGHTS` where it has them. Raises
    WeightsUnavailableError when they cannot be downloaded, and ValueError, of one line, for a name that no
    source has, for arguments that its library does not accept, for a weights file that cannot be read or does
    not fit, and when the network does not take `size` pixels or gives no vector per image.
    """
    check_name(spec.name)
    known = spec.resolved()
    if known.weights == INSTALLED:
        raise ValueError(why_absent(spec.name))
    check_normalisation(spec.mean, spec.std)
    exported = exported_weights(spec)
    file = exported or spec.weights_file
    if exported:
        known = exported_folder(known, exported)
    with _one_reason(spec):
        network, own, head = _built(known, file)
        mean, std = _normalisation(known, own)
        how = _load_file(network, file, known, head) if file else ""
        network = with_chosen_tokens(network, spec.tokens, spec.layers)
        licence = _licence(known) if spec.pretrained else ""
    network = network.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
    width = _width(network, spec, size, replace(own, channels=len(mean)), device)
    return Backbone(spec, network, mean, std, width, device, "" if exported else how, licence=licence)


@contextmanager
def _one_reason(spec: BackboneSpec) -> Iterator[None]:
    """Turn whatever a library raises while it builds a network into a ValueError that names the network."""
    try:
        yield
    except (ValueError, torch.OutOfMemoryError):
        raise
    except Exception as error:  # libraries raise anything for arguments that they do not accept
        given = f" with model_args {dict(spec.model_args)}" if spec.model_args else ""
        raise ValueError(
            f"backbone '{spec.label}' cannot be built{given}: {type(error).__name__}: {reason(error)}"
        ) from error


def _built(known: BackboneSpec, file: Path | None) -> tuple[nn.Module, Normalisation, tuple[str, ...]]:
    """The network, its own normalisation and, where a file will be loaded, its classifier's key prefixes."""
    source = source_of(known.name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # random weights are the same on every machine and in every run
        network = source.build(known, known.pretrained and file is None)
    return network, source.normalisation(known, network), source.head(known, network) if file else ()


def _licence(known: BackboneSpec) -> str:
    """The licence of a network's own weights; empty where its source does not say it."""
    provenance = source_of(known.name).provenance
    licence = provenance(known).get("licence", "") if provenance else ""
    return "" if licence == "unknown" else licence


def _load_file(network: nn.Module, file: Path, known: BackboneSpec, head: tuple[str, ...]) -> str:
    """Load a weights file strictly; returns what was done to its names, in words."""
    if load := source_of(known.name).load:
        return load(known, network, file)
    network = network.inner if isinstance(network, Tower) else network
    checkpoint = read_checkpoint(file)
    own = tuple(network.state_dict())
    unused = tuple(layer for layer in AUXILIARY if not any(key.startswith(layer) for key in own))
    found = renamed(checkpoint.state, network, known.name, (*head, *unused))
    load_strictly(network, found.state, file)
    under = f"taken from '{'.'.join(checkpoint.under)}'" if checkpoint.under else ""
    return "; ".join(how for how in (under, found.how) if how)


@torch.inference_mode()
def embed(
    backbone: Backbone, pixels: NDArray[np.uint8], batch_size: int | None = None
) -> NDArray[np.float32]:
    """Embed (n, size, size) uint8 images: one float32 row of `backbone.width` each.

    By the backbone's engine; by torch with bf16 autocast on CUDA, in float32 elsewhere. A batch that does not
    fit the device's memory is halved, by default from 256 on CUDA and 32 elsewhere, and later calls begin
    with the size that fits. Raises ValueError when a single image does not fit.
    """
    return compute_batches(
        partial(_vectors, backbone),
        lambda rows: pixels[rows],
        len(pixels),
        device=backbone.device,
        size=BatchSize(batch_size) if batch_size else backbone.batch_size,
        label=f"backbone '{backbone.spec.label}'",
    )


def _vectors(backbone: Backbone, pixels: Tensor) -> Tensor:
    """The vectors (n, width) of one batch; with `flip`, their mean with those of the mirror images."""
    vectors = _of_view(backbone, pixels)
    return (vectors + _of_view(backbone, pixels.flip(-1))) / 2 if backbone.spec.flip else vectors


def _of_view(backbone: Backbone, pixels: Tensor) -> Tensor:
    if backbone.run is None:
        return forward(backbone, pixels)
    return backbone.run(_scaled(backbone, to_grey(pixels, backbone.device)))


def forward(backbone: Backbone, pixels: Tensor) -> Tensor:
    """One batch of uint8 pixels (n, size, size) to float32 embeddings on the backbone's device, by torch."""
    cuda = backbone.device.type == "cuda"
    with torch.autocast(backbone.device.type, dtype=torch.bfloat16, enabled=cuda):
        output: Tensor = backbone.network(network_input(backbone, pixels))
    return output.float()


def network_input(backbone: Backbone, pixels: Tensor) -> Tensor:
    """The network's input from uint8 pixels: scaled to 0..1 and normalised per channel."""
    return normalised(backbone, to_grey(pixels, backbone.device))


def to_grey(pixels: Tensor, device: torch.device) -> Tensor:
    """uint8 pixels (n, size, size) as (n, 1, size, size) float32 in 0..1 on the device."""
    return pixels.to(device, non_blocking=True).unsqueeze(1).float().div_(255)


def normalised(backbone: Backbone, grey: Tensor) -> Tensor:
    """Values 0..1 (n, 1, size, size) normalised into each of the network's channels, channels last."""
    return _scaled(backbone, grey).contiguous(memory_format=torch.channels_last)


def _scaled(backbone: Backbone, grey: Tensor) -> Tensor:
    mean, std = backbone.scale
    return (grey - mean) / std


def fetch_state(name: str, model_args: Mapping[str, JsonValue] | None = None) -> State:
    """The pretrained weights of a backbone, classifier included, downloaded or from the hub's cache.

    Raises WeightsUnavailableError when they cannot be downloaded, and ValueError for an unknown name, for
    arguments that its library does not accept, and for a network whose weights are installed with it.
    """
    check_name(name)
    fetch, spec = source_of(name).fetch, BackboneSpec(name, model_args=model_args or {})
    if fetch is None:
        raise ValueError(f"the weights of '{name}' are installed with it: there is nothing to fetch")
    with _one_reason(spec):
        return fetch(spec.resolved())


def _normalisation(spec: BackboneSpec, own: Normalisation) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The spec's mean and std, or else the weights' own; their average where the network has one channel."""
    mean, std = tuple(spec.mean or own.mean), tuple(spec.std or own.std)
    if own.channels == 1 and len(mean) == 3:
        mean, std = (float(np.mean(mean)),), (float(np.mean(std)),)
    if len(mean) != own.channels or len(std) != own.channels:
        raise ValueError(f"backbone '{spec.label}': mean and std need {own.channels} values each")
    return mean, std


def _width(
    network: nn.Module, spec: BackboneSpec, size: int, own: Normalisation, device: torch.device
) -> int:
    blank = torch.zeros((1, own.channels, size, size), device=device)
    usual = f" (it was trained with {own.size}: image.size)" if own.size not in (0, size) else ""
    try:
        with torch.inference_mode():
            output: Any = network(blank)
    except torch.OutOfMemoryError:
        raise
    except NoTokensError as error:
        raise ValueError(f"backbone '{spec.label}': {error}") from error
    except Exception as error:  # networks raise different exceptions for a size that they do not accept
        raise ValueError(
            f"backbone '{spec.label}' does not take {size} × {size} pixels{usual}: {reason(error)}"
        ) from error
    if not isinstance(output, Tensor) or output.ndim != 2:
        shape = tuple(output.shape) if isinstance(output, Tensor) else f"a {type(output).__name__}"
        raise ValueError(f"backbone '{spec.label}' gives {shape}, not one vector per image")
    if usual:
        _LOG.info("'%s' is given %d × %d pixels%s", spec.label, size, size, usual)
    return int(output.shape[1])

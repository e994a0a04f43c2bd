"""Embed images in memory or on disk with one call, without a cache."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors import backbones
from extractors.descriptors import descriptors
from extractors.devices import choose_device
from extractors.engines import AUTO
from extractors.engines.agreement import with_engine
from extractors.handcrafted import describe
from extractors.pixels import decode
from extractors.specs import BackboneSpec


def embed(
    images: NDArray[np.uint8] | Sequence[str | PathLike[str]],
    extractor: str,
    *,
    weights: str = "",
    device: str = "auto",
    engine: str = AUTO,
    batch_size: int | None = None,
    size: int = 224,
) -> NDArray[np.float32]:
    """Embed images with a frozen backbone or a hand-crafted descriptor: (n, width) float32, one row each.

    `images` is an (n, H, W) uint8 array of grey images, or paths of PNG or JPEG files, which are decoded
    to squares of `size` pixels: longer side to `size`, black borders. `extractor` is the name of a backbone
    (timm's, `torchvision/NAME`, `bundled`) or of a descriptor (`edges`, `hog`, `lbp`, `glcm`, `combined`).
    For backbones, `weights` is the name of the source's own weights (the default; `imagenet` for timm and
    torchvision), `random`, or the path of a file; `batch_size` (by default 256 on CUDA, 32 elsewhere) is
    halved where it does not fit the memory of `device` (`auto`, `cpu`, `cuda`, `mps`). `engine` (one of
    `extractors.engines.NAMES`) runs the network where it gives the same as torch; `auto` takes the fastest.
    Descriptors run in this process and have no weights.

    Raises ValueError for an unknown name, for images of another shape or type, for weights that do not fit
    and for a device or engine that is not available; its subclasses `errors.WeightsUnavailableError` when
    weights cannot be downloaded and `pixels.UnreadableImageError` for a file that is not an image. The
    library of a network may raise other exceptions when it does not accept these images.

    >>> import extractors
    >>> images = np.random.default_rng(0).integers(0, 256, (3, 64, 64), dtype=np.uint8)
    >>> vectors = extractors.embed(images, "bundled", device="cpu")
    >>> vectors.shape, str(vectors.dtype)
    ((3, 384), 'float32')
    """
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    pixels = _pixels(images, size)
    if extractor not in descriptors():
        spec = BackboneSpec(extractor, weights)
        backbone = backbones.load_backbone(spec, size=pixels.shape[1], device=choose_device(device))
        return backbones.embed(with_engine(backbone, engine, pixels), pixels, batch_size)
    if weights:
        raise ValueError(f"descriptor '{extractor}' has no weights '{weights}'; leave them out")
    return describe(pixels, [extractor])[extractor]


def _pixels(images: NDArray[np.uint8] | Sequence[str | PathLike[str]], size: int) -> NDArray[np.uint8]:
    if not isinstance(images, np.ndarray):
        if isinstance(images, str | PathLike) or not len(images):
            raise ValueError(f"images must be an array or a list of at least one path, not {images!r}")
        return np.stack([decode(Path(path), size, "pad") for path in images])
    if images.dtype != np.uint8 or images.ndim != 3 or not len(images):
        raise ValueError(
            f"images must be a uint8 array (n, height, width) of at least one image, "
            f"not {images.dtype} {images.shape}"
        )
    return images

"""Decode radiographs once, to a one-channel uint8 memory map of equal squares for all extractors."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock
from joblib import Parallel, delayed
from numpy.typing import NDArray
from PIL import Image, ImageOps

from extractors.array_store import PartialArray, StoredArray, read_array
from extractors.digests import digest_of
from extractors.specs import PIXELS_VERSION

CHUNK = 128  # images that a worker decodes at once; chosen by hand
PixelProgress = Callable[[int], None]  # (rows just done)


class UnreadableImageError(ValueError):
    """An image file that cannot be decoded; the message holds its path and the reason."""


def decode(path: Path, size: int, fit: str) -> NDArray[np.uint8]:
    """Read a PNG or JPEG of any depth and channels as a (size, size) uint8 square.

    Depths above 8 bits are stretched from the image's own minimum and maximum to 0..255. `fit` is
    `pad` (longer side to `size`, black borders), `crop` (shorter side to `size`, centre kept) or
    `stretch` (both sides to `size`). Resampling is Pillow's antialiased bicubic.
    Raises UnreadableImageError.
    """
    try:
        with Image.open(path) as image:
            grey = _grey(ImageOps.exif_transpose(image))
            return np.asarray(_fitted(grey, size, fit), dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImageError(f"{path}: cannot be read as an image ({error})") from error


def pixel_folder(cache: Path, root: Path, images: Sequence[str], *, size: int, fit: str) -> Path:
    """The cache folder of these images; its name depends on every file's size and modification time."""
    files = [(root / image).stat() for image in images]
    rows = [[name, file.st_size, file.st_mtime_ns] for name, file in zip(images, files, strict=True)]
    key = digest_of({"rows": rows, "size": size, "fit": fit, "version": PIXELS_VERSION})  # type: ignore[dict-item]
    return cache / "pixels" / key[:20]


def load_pixels(
    cache: Path,
    root: Path,
    images: Sequence[str],
    *,
    size: int = 224,
    fit: str = "pad",
    jobs: int = 1,
    skip_unreadable: bool = False,
    progress: PixelProgress = lambda rows: None,
) -> StoredArray:
    """The pixels of `images` (paths relative to `root`), decoded in parallel where not stored yet.

    Returns an (n, size, size) uint8 memory map in the order of `images`; `meta["unreadable"]` maps
    each skipped image to its error, and its row is black. A killed call continues where it was,
    and a second process waits for the first. Raises UnreadableImageError.
    """
    folder = pixel_folder(cache, root, images, size=size, fit=fit)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        stored = read_array(folder, check=False)
        if stored is None or stored.ids != list(images):
            stored = _decode_all(folder, root, images, size, fit, jobs, skip_unreadable, progress)
    if stored.meta["unreadable"] and not skip_unreadable:
        raise UnreadableImageError(next(iter(stored.meta["unreadable"].values())))
    return stored


def _decode_all(
    folder: Path,
    root: Path,
    images: Sequence[str],
    size: int,
    fit: str,
    jobs: int,
    skip_unreadable: bool,
    progress: PixelProgress,
) -> StoredArray:
    partial = PartialArray(folder, (len(images), size, size), np.uint8, CHUNK)
    pending = list(partial.pending)
    progress(len(images) - sum(rows.stop - rows.start for rows in pending))
    unreadable: dict[str, str] = {}
    skipped: list[tuple[slice, NDArray[np.uint8]]] = []
    chunks = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_decode_chunk)(root, images[rows], size, fit) for rows in pending
    )
    for rows, (pixels, errors) in zip(pending, chunks, strict=True):
        if errors and not skip_unreadable:
            raise UnreadableImageError(next(iter(errors.values())))
        if errors:  # written last, so that a resumed run finds these errors again
            skipped.append((rows, pixels))
            unreadable.update(errors)
        else:
            partial.write(rows, pixels)
        progress(rows.stop - rows.start)
    for rows, pixels in skipped:
        partial.write(rows, pixels)
    return partial.finish(images, size=size, fit=fit, unreadable=dict(unreadable))


def _decode_chunk(
    root: Path, images: Sequence[str], size: int, fit: str
) -> tuple[NDArray[np.uint8], dict[str, str]]:
    pixels = np.zeros((len(images), size, size), np.uint8)
    errors: dict[str, str] = {}
    for row, image in enumerate(images):
        try:
            pixels[row] = decode(root / image, size, fit)
        except UnreadableImageError as error:
            errors[image] = str(error)
    return pixels, errors


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float64)
        low, high = values.min(), values.max()
        scaled = (values - low) * (255 / (high - low)) if high > low else np.zeros_like(values)
        return Image.fromarray(scaled.round().astype(np.uint8))
    return image.convert("L")


def _fitted(image: Image.Image, size: int, fit: str) -> Image.Image:
    square, method = (size, size), Image.Resampling.BICUBIC
    if fit == "pad":
        return ImageOps.pad(image, square, method=method, color=0)
    if fit == "crop":
        return ImageOps.fit(image, square, method=method)
    return image.resize(square, method)

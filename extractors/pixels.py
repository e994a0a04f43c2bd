"""Decode radiographs once, to a one-channel uint8 memory map of equal squares for all extractors."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from filelock import FileLock
from joblib import Parallel, delayed
from numpy.typing import NDArray
from PIL import Image, ImageOps

from extractors.array_store import PartialArray, StoredArray, read_array
from extractors.digests import JsonValue, digest_of
from extractors.file_contents import contents_digest
from extractors.grey_values import grey_image
from extractors.image_files import ImageFileError, header_of, open_image
from extractors.orphans import ending_with_this
from extractors.percentiles import Window
from extractors.specs import PIXELS_VERSION

CHUNK = 128  # images that a worker decodes at once; chosen by hand
Box = tuple[int, int, int, int]
Decoder = Callable[[Path], NDArray[np.uint8]]
PixelProgress = Callable[[int], None]  # (rows just done)


class UnreadableImageError(ValueError):
    """An image file that cannot be decoded; the message holds its path and the reason."""


def decode(source: Path | bytes, size: int, fit: str, window: Window | None = None) -> NDArray[np.uint8]:
    """Read a PNG, JPEG, TIFF, BMP or DICOM of any depth and channels as a (size, size) uint8 square.

    `source` is a file or its content. `window` are percentiles of the image's own values that become 0 and
    255; without one, DICOM gets the lookup table or window of its file, other 8-bit images keep their values
    and deeper ones get `percentiles.DEEP_WINDOW`. `fit` is `pad` (longer side to `size`, black borders),
    `crop` (shorter side to `size`, centre kept) or `stretch` (both sides to `size`). Resampling is Pillow's
    antialiased bicubic. Raises UnreadableImageError.
    """
    try:
        with open_image(source) as image:
            return np.asarray(_fitted(grey_image(image, window), size, fit), dtype=np.uint8)
    except ImageFileError as error:
        place = "" if isinstance(source, bytes) else f"{source}: "
        raise UnreadableImageError(f"{place}cannot be read as an image ({error})") from error


def box_pixels(source: Path | bytes, box: Box, size: int, fit: str) -> NDArray[np.bool_]:
    """The pixels (size, size) of the decoded square that show a box (x0, y0, x1, y1) of the file's pixels.

    At least one, unless the box was cropped away or lies beside the image. Raises UnreadableImageError.
    """
    try:
        with open_image(source) as image:
            header = header_of(image)
    except ImageFileError as error:
        raise UnreadableImageError(f"{source!r}: cannot be read as an image ({error})") from error
    drawn = Image.new("L", (header.width, header.height))
    drawn.paste(255, box)
    inside = np.asarray(_fitted(drawn, size, fit))
    return inside >= max(1, min(128, int(inside.max())))


def pixel_folder(cache: Path, files: str, *, size: int, fit: str, window: Window | None = None) -> Path:
    """The cache folder of the images whose names and bytes have the digest `files` (`contents_digest`)."""
    key: dict[str, JsonValue] = {"files": files, "size": size, "fit": fit, "version": PIXELS_VERSION}
    if window is not None:
        key["window"] = list(window)
    return cache / "pixels" / digest_of(key)[:20]


def load_pixels(
    cache: Path,
    root: Path,
    images: Sequence[str],
    *,
    size: int = 224,
    fit: str = "pad",
    window: Window | None = None,
    jobs: int = 1,
    skip_unreadable: bool = False,
    progress: PixelProgress = lambda rows: None,
) -> StoredArray:
    """The pixels of `images` (paths relative to `root`), decoded in parallel where not stored yet.

    Returns an (n, size, size) uint8 memory map in the order of `images`; `meta["unreadable"]` maps each
    skipped image to its error, and its row is black; `meta["files"]` is the digest of the files' bytes, which
    stored pixels belong to whatever the files' times. A killed call continues where it was, and a second
    process waits for the first. Raises UnreadableImageError, also when files change meanwhile.
    """
    files = str(contents_digest(cache, root, images))
    folder = pixel_folder(cache, files, size=size, fit=fit, window=window)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        stored = read_pixels(folder, images, size)
        if stored is None:
            look = partial(decode, size=size, fit=fit, window=window)
            filled, unreadable = _decode_all(
                folder, root, images, size, look, jobs, skip_unreadable, progress
            )
            if contents_digest(cache, root, images) != files:
                filled.discard()
                raise UnreadableImageError(f"{root}: image files changed while they were read")
            stored = filled.finish(images, size=size, fit=fit, files=files, unreadable=unreadable)
    if stored.meta["unreadable"] and not skip_unreadable:
        raise UnreadableImageError(next(iter(stored.meta["unreadable"].values())))
    return stored


def read_pixels(folder: Path, images: Sequence[str], size: int) -> StoredArray | None:
    """The stored pixels of these images; None when absent or damaged (their bytes are not checked)."""
    stored = read_array(folder, check=False)
    if stored is None or stored.ids != list(images) or not isinstance(stored.meta.get("files"), str):
        return None
    fits = stored.data.shape == (len(images), size, size) and stored.data.dtype == np.uint8
    return stored if fits and isinstance(stored.meta.get("unreadable"), dict) else None


def _decode_all(
    folder: Path,
    root: Path,
    images: Sequence[str],
    size: int,
    look: Decoder,
    jobs: int,
    skip_unreadable: bool,
    progress: PixelProgress,
) -> tuple[PartialArray, dict[str, JsonValue]]:
    """Decode the rows that are not there yet; also the reasons of the unreadable ones."""
    filling = PartialArray(folder, (len(images), size, size), np.uint8, CHUNK)
    pending = list(filling.pending)
    progress(len(images) - sum(rows.stop - rows.start for rows in pending))
    unreadable: dict[str, JsonValue] = {}
    skipped: list[tuple[slice, NDArray[np.uint8]]] = []
    chunks = Parallel(n_jobs=jobs, return_as="generator", **ending_with_this())(
        delayed(_decode_chunk)(root, images[rows], size, look) for rows in pending
    )
    for rows, (pixels, errors) in zip(pending, chunks, strict=True):
        if errors and not skip_unreadable:
            raise UnreadableImageError(next(iter(errors.values())))
        if errors:  # written last, so that a resumed run finds these errors again
            skipped.append((rows, pixels))
            unreadable.update(errors)
        else:
            filling.write(rows, pixels)
        progress(rows.stop - rows.start)
    for rows, pixels in skipped:
        filling.write(rows, pixels)
    return filling, unreadable


def _decode_chunk(
    root: Path, images: Sequence[str], size: int, look: Decoder
) -> tuple[NDArray[np.uint8], dict[str, str]]:
    pixels = np.zeros((len(images), size, size), np.uint8)
    errors: dict[str, str] = {}
    for row, image in enumerate(images):
        try:
            pixels[row] = look(root / image)
        except UnreadableImageError as error:
            errors[image] = str(error)
    return pixels, errors


def _fitted(image: Image.Image, size: int, fit: str) -> Image.Image:
    square, method = (size, size), Image.Resampling.BICUBIC
    if fit == "pad":
        return ImageOps.pad(image, square, method=method, color=0)
    if fit == "crop":
        return ImageOps.fit(image, square, method=method)
    return image.resize(square, method)

"""Any image as 8-bit grey values: its true depth, inversion, transparency, orientation and missing values."""

import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from extractors.dicom.image import DicomImage
from extractors.dicom.stored_values import StoredValues, stored_values
from extractors.image_files import FORMATS, Header, ImageFileError, OpenedImage, header_of

Window = tuple[float, float]  # percentiles of an image's own values that become black and white
DEEP_WINDOW: Window = (1.0, 99.0)  # for images of more than 8 bits; measured, see docs/grid.md
_Rows = Callable[[int, int], NDArray[np.generic]]  # (first row, end) -> (rows, width) values
_STRIP = 2**20  # pixels that are in memory as numbers at once
_SAMPLE = 2**22  # values at most from which the percentiles of a float image are taken
_SWAPPED = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}  # orders of bytes
_LUMA = (0.299, 0.587, 0.114)  # ITU-R 601-2, as in Pillow
_ORIENTATION = 0x0112  # of EXIF
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def grey_image(image: OpenedImage, window: Window | None = None) -> Image.Image:
    """The upright image of mode L, decoded from an image that `open_image` has just opened.

    `window` are the percentiles of the image's own values that become 0 and 255. Without one, a DICOM image
    gets the lookup table or window of its file; else images of up to 8 bits keep their values, and deeper
    ones get DEEP_WINDOW. White-is-zero images are inverted. NaN, transparent and padding pixels become black,
    as on the black surround of a radiograph. Raises ImageFileError for an image without any finite value and
    for deep channels that cannot be read at their depth.
    """
    if isinstance(image, DicomImage):
        return _of_dicom(image, window)
    header = header_of(image)
    if header.deep:
        rows, alpha = _deep_rows(image, header)
        grey = _windowed(rows, image.size, window or DEEP_WINDOW, inverted=header.white_is_zero)
        if header.mode.startswith("I") and isinstance(image.info.get("transparency"), int):
            alpha = _differs(rows, image.size, image.info["transparency"])
    else:
        image.load()
        alpha, grey = None, _on_black(image) if image.has_transparency_data else image.convert("L")
        if window is not None:
            grey = _shallow_windowed(grey, window)
    if alpha is not None:
        grey = ImageChops.multiply(grey, alpha)
    method = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    return grey if method is None else grey.transpose(method)


def _of_dicom(image: DicomImage, window: Window | None) -> Image.Image:
    if image.in_colour:
        grey = image.colours().convert("L")
        return grey if window is None else _shallow_windowed(grey, window)
    pixels = stored_values(image)
    levels = _grey_levels(pixels, window, deep=image.header.deep)
    levels = np.where(pixels.padding, 0, 255 - levels if pixels.inverted else levels)
    table, painted = np.round(levels).astype(np.uint8), np.empty(pixels.stored.shape, np.uint8)
    for strip in _strips((image.header.width, image.header.height)):
        painted[strip] = table.take(pixels.stored[strip])
    return Image.fromarray(painted)


def _grey_levels(pixels: StoredValues, window: Window | None, *, deep: bool) -> NDArray[np.float64]:
    """The grey level 0..255 of each value that may be stored, not inverted."""
    if window is None and pixels.shown is not None:
        return 255 * pixels.shown
    if window is None and not deep:  # as in other formats: the values as they are
        low, high = float(pixels.values.min()), float(pixels.values.max())
    else:
        low, high = _limits_of_stored(pixels, window or DEEP_WINDOW)
    scale = 255 / (high - low) if high > low else 0.0
    return (pixels.values.clip(low, high) - low) * scale


def _limits_of_stored(pixels: StoredValues, window: Window) -> tuple[float, float]:
    """As `_limits`, of what the stored values mean; padding does not count."""
    height, width = pixels.stored.shape
    stored, counts = _counted(lambda start, end: pixels.stored[start:end], (width, height))
    inside = ~pixels.padding[stored.astype(np.intp)]
    if not inside.any():
        raise ImageFileError("it holds no pixel but padding")
    values = pixels.values[stored[inside].astype(np.intp)]
    order = np.argsort(values, kind="stable")
    return _between(values[order], counts[inside][order], window)


def _shallow_windowed(grey: Image.Image, window: Window) -> Image.Image:
    """An image of mode L, stretched between two percentiles of its values."""
    return _windowed(lambda start, end: _crop(grey, start, end), grey.size, window)


def _on_black(image: Image.Image) -> Image.Image:
    """The grey values of a decoded image with transparency, on a black ground."""
    grey = np.empty((image.height, image.width), np.uint8)
    for rows in _strips(image.size):
        strip = image.crop((0, rows.start, image.width, rows.stop)).convert("RGBA")
        grey[rows] = np.asarray(ImageChops.multiply(strip.convert("L"), strip.getchannel("A")))
    return Image.fromarray(grey)


def _deep_rows(image: Image.Image, header: Header) -> tuple[_Rows, Image.Image | None]:
    """The grey values of a deep image, by rows, and its opacity."""
    if header.mode.startswith(("I", "F")):
        image.load()
        return lambda start, end: _crop(image, start, end), None
    values, alpha = _sixteen_bit_channels(image, header)
    return lambda start, end: values[start:end], alpha


def _crop(image: Image.Image, start: int, end: int) -> NDArray[np.generic]:
    return np.asarray(image.crop((0, start, image.width, end)))


def _sixteen_bit_channels(
    image: Image.Image, header: Header
) -> tuple[NDArray[np.uint16], Image.Image | None]:
    """Grey values (height, width) of 16-bit channels, and their opacity.

    Pillow has no mode for them and keeps the high byte of each. The low one is what it keeps when its decoder
    is told the other order of bytes; grey with alpha can be read as four channels of one byte.
    """
    layout, stream = _layout(image), image.fp  # type: ignore[attr-defined]
    base, _, order = layout.partition(";16")
    if header.bits != 16 or base not in ("LA", "RGB", "RGBA", "RGBX") or order not in _SWAPPED:
        raise ImageFileError(
            f"{header.bits} bits in several channels ({header.mode}); save it with one channel"
        )
    if base == "LA":
        high, low, alpha, _ = _decoded_as(image, "RGBA").split()
        return _joined(np.asarray(high), np.asarray(low)), _translucent(alpha)
    clear: tuple[int, ...] = (
        image.info.get("transparency", ()) if base == "RGB" else ()
    )  # a colour of 16 bits
    low = _decoded_as(Image.open(stream, formats=FORMATS), f"{base};16{_SWAPPED[order]}")
    low_bytes, is_clear = _luma(low), _shows(low, [value & 255 for value in clear]) if clear else None
    del low
    image.load()
    values, alpha_of = _joined(_luma(image), low_bytes), None
    if base == "RGBA":
        alpha_of = _translucent(image.getchannel("A"))
    elif is_clear is not None:
        is_clear &= _shows(image, [value >> 8 for value in clear])
        alpha_of = Image.fromarray(np.where(is_clear, np.uint8(0), np.uint8(255)))
    return values, alpha_of


def _layout(image: Image.Image) -> str:
    """The arrangement of channels and bytes that Pillow's decoder is told: `RGB;16B`."""
    arguments = image.tile[0].args  # type: ignore[attr-defined]
    return str(arguments if isinstance(arguments, str) else arguments[0])


def _decoded_as(image: Image.Image, layout: str) -> Image.Image:
    """The image, decoded as if its file had another layout."""
    replaced = []
    for tile in image.tile:  # type: ignore[attr-defined]
        arguments = layout if isinstance(tile.args, str) else (layout, *tile.args[1:])
        replaced.append(tile._replace(args=arguments))
    image.tile = replaced  # type: ignore[attr-defined]
    image.load()
    return image


def _translucent(alpha: Image.Image) -> Image.Image | None:
    return None if alpha.getextrema()[0] == 255 else alpha


def _shows(image: Image.Image, colour: list[int]) -> NDArray[np.bool_]:
    """Where (height, width) the first three channels have these values."""
    shown = np.empty((image.height, image.width), np.bool_)
    for rows in _strips(image.size):
        shown[rows] = (_crop(image, rows.start, rows.stop)[..., :3] == colour).all(axis=-1)
    return shown


def _luma(image: Image.Image) -> NDArray[np.float32]:
    """(height, width) float32 luma of the first three channels; linear, so that bytes can be joined later."""
    luma = np.empty((image.height, image.width), np.float32)
    for rows in _strips(image.size):
        colours = _crop(image, rows.start, rows.stop)[..., :3]
        luma[rows] = colours @ np.array(_LUMA, np.float32)
    return luma


def _joined(high: NDArray[np.generic], low: NDArray[np.generic]) -> NDArray[np.uint16]:
    """Values of 16 bits from high and low bytes."""
    return np.round(np.float32(256) * high.astype(np.float32) + low.astype(np.float32)).astype(np.uint16)


def _strips(size: tuple[int, int]) -> Iterator[slice]:
    """Ranges of rows of at most _STRIP pixels (at least one row) of an image of this (width, height)."""
    width, height = size
    step = max(1, _STRIP // width)
    yield from (slice(start, min(start + step, height)) for start in range(0, height, step))


def _windowed(rows: _Rows, size: tuple[int, int], window: Window, *, inverted: bool = False) -> Image.Image:
    """The values between two percentiles as 0..255; those outside become 0 or 255, and NaN black."""
    low, high = _limits(rows, size, window)
    scale = 255 / (high - low) if high > low else 0.0

    def painted(values: NDArray[np.generic]) -> NDArray[np.float64]:
        filled = values.astype(np.float64)
        if values.dtype.kind == "f":
            np.nan_to_num(filled, copy=False, nan=high if inverted else low, posinf=high, neginf=low)
        scaled = np.round((filled.clip(low, high) - low) * scale)
        return 255 - scaled if inverted and scale else scaled

    levels = _levels_of(rows(0, 1).dtype)
    table = painted(np.arange(levels)).astype(np.uint8) if levels else None
    grey = np.empty((size[1], size[0]), np.uint8)
    for strip in _strips(size):
        values = rows(strip.start, strip.stop)
        grey[strip] = painted(values) if table is None else table.take(values.astype(np.intp, copy=False))
    return Image.fromarray(grey)


def _levels_of(dtype: np.dtype[np.generic]) -> int:
    """How many values an unsigned type of up to 16 bits has; 0 for other types."""
    return 2 ** (8 * dtype.itemsize) if dtype.kind == "u" and dtype.itemsize <= 2 else 0


def _limits(rows: _Rows, size: tuple[int, int], window: Window) -> tuple[float, float]:
    """The values at two percentiles; minimum and maximum where those are equal, as in the image of a dot."""
    values, counts = _counted(rows, size)
    if not len(values):
        raise ImageFileError("it holds no finite number")
    return _between(values, counts, window)


def _between(values: NDArray[np.generic], counts: NDArray[np.int64], window: Window) -> tuple[float, float]:
    """The values at two percentiles of ascending values with their counts; the ends where those are equal."""
    ranks = np.cumsum(counts)
    wanted = np.array(window) / 100 * ranks[-1]
    low, high = values[np.searchsorted(ranks, wanted).clip(0, len(values) - 1)]
    return (float(low), float(high)) if high > low else (float(values[0]), float(values[-1]))


def _counted(rows: _Rows, size: tuple[int, int]) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    """Distinct values and how often each occurs; of wide types in a sample, with minimum and maximum."""
    if levels := _levels_of(rows(0, 1).dtype):
        counts = np.zeros(levels, np.int64)
        for strip in _strips(size):
            counts += np.bincount(rows(strip.start, strip.stop).ravel(), minlength=len(counts))
        found = np.flatnonzero(counts)
        return found, counts[found]
    step = -(-size[0] * size[1] // _SAMPLE)
    parts: list[NDArray[np.float64]] = []
    for strip in _strips(size):
        values = rows(strip.start, strip.stop).astype(np.float64)
        finite = values[np.isfinite(values)]
        parts.append(finite[::step].copy())  # a view would keep all values in memory
        if step > 1 and len(finite):
            parts.append(np.array([finite.min(), finite.max()]))
    found, counts = np.unique(np.concatenate(parts), return_counts=True)
    return found, counts


def _differs(rows: _Rows, size: tuple[int, int], value: int) -> Image.Image:
    """255 where an image has another value than this one, 0 elsewhere."""
    mask = np.empty((size[1], size[0]), np.uint8)
    for strip in _strips(size):
        mask[strip] = np.where(rows(strip.start, strip.stop) == value, 0, 255)
    return Image.fromarray(mask)

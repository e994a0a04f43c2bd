"""Any image as 8-bit grey values: its true depth, inversion, transparency, orientation and missing values."""

import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from extractors.dicom.grey_levels import dicom_grey
from extractors.dicom.image import DicomImage
from extractors.image_files import FORMATS, Header, ImageFileError, OpenedImage, header_of
from extractors.percentiles import DEEP_WINDOW, Rows, Window, strips, windowed

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
        if not image.in_colour:
            return dicom_grey(image, window)
        grey = image.colours().convert("L")
        return grey if window is None else _shallow(grey, window)
    header = header_of(image)
    if header.deep:
        rows, alpha = _deep_rows(image, header)
        grey = windowed(rows, image.size, window or DEEP_WINDOW, inverted=header.white_is_zero)
        if header.mode.startswith("I") and isinstance(image.info.get("transparency"), int):
            alpha = _differs(rows, image.size, image.info["transparency"])
    else:
        image.load()
        alpha, grey = None, _on_black(image) if image.has_transparency_data else image.convert("L")
        if window is not None:
            grey = _shallow(grey, window)
    if alpha is not None:
        grey = ImageChops.multiply(grey, alpha)
    method = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    return grey if method is None else grey.transpose(method)


def _shallow(grey: Image.Image, window: Window) -> Image.Image:
    """An image of mode L, stretched between two percentiles of its values."""
    return windowed(lambda start, end: _crop(grey, start, end), grey.size, window)


def _on_black(image: Image.Image) -> Image.Image:
    """The grey values of a decoded image with transparency, on a black ground."""
    grey = np.empty((image.height, image.width), np.uint8)
    for rows in strips(image.size):
        strip = image.crop((0, rows.start, image.width, rows.stop)).convert("RGBA")
        grey[rows] = np.asarray(ImageChops.multiply(strip.convert("L"), strip.getchannel("A")))
    return Image.fromarray(grey)


def _deep_rows(image: Image.Image, header: Header) -> tuple[Rows, Image.Image | None]:
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
    for rows in strips(image.size):
        shown[rows] = (_crop(image, rows.start, rows.stop)[..., :3] == colour).all(axis=-1)
    return shown


def _luma(image: Image.Image) -> NDArray[np.float32]:
    """(height, width) float32 luma of the first three channels; linear, so that bytes can be joined later."""
    luma = np.empty((image.height, image.width), np.float32)
    for rows in strips(image.size):
        colours = _crop(image, rows.start, rows.stop)[..., :3]
        luma[rows] = colours @ np.array(_LUMA, np.float32)
    return luma


def _joined(high: NDArray[np.generic], low: NDArray[np.generic]) -> NDArray[np.uint16]:
    """Values of 16 bits from high and low bytes."""
    return np.round(np.float32(256) * high.astype(np.float32) + low.astype(np.float32)).astype(np.uint16)


def _differs(rows: Rows, size: tuple[int, int], value: int) -> Image.Image:
    """255 where an image has another value than this one, 0 elsewhere."""
    mask = np.empty((size[1], size[0]), np.uint8)
    for strip in strips(size):
        mask[strip] = np.where(rows(strip.start, strip.stop) == value, 0, 255)
    return Image.fromarray(mask)

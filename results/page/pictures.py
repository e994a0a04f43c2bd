"""Pictures in a page: as data addresses, and made small enough for a page that can be sent."""

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_FORMATS = ("PNG", "JPEG")  # that this package has written itself
_COLORS = 256  # of a palette: lines and bands on white have few colours
_PHOTO, _THUMBNAIL = 80, 70  # JPEG quality, chosen by hand


def address_of(data: bytes) -> str:
    """A PNG or JPEG as a data address. Raises ValueError for anything else."""
    return f"data:{_kind(data)};base64,{base64.b64encode(data).decode()}"


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG in pixels. Raises ValueError for anything else."""
    _kind(data)
    with Image.open(BytesIO(data), formats=_FORMATS) as image:
        return image.size


def as_chart(path: Path) -> bytes:
    """The PNG file of a chart as a PNG with a palette: as many pixels in at most 256 colours.

    The colour of its corner, the paper, stays exactly what it is.
    """
    with Image.open(path, formats=_FORMATS) as image:
        plain = image.convert("RGB")
    flat = plain.quantize(_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = np.reshape(flat.getpalette() or [], (-1, 3))
    palette[np.asarray(flat)[0, 0]] = np.asarray(plain)[0, 0]
    flat.putpalette(palette.ravel().tolist())
    return _saved(flat, "PNG", optimize=True)


def as_photograph(path: Path, width: int) -> bytes:
    """The PNG file of a figure with photographs as a JPEG at most `width` pixels wide."""
    with Image.open(path, formats=_FORMATS) as image:
        flat = image.convert("RGB")
        flat.thumbnail((width, flat.height), Image.Resampling.LANCZOS)
        return _saved(flat, "JPEG", quality=_PHOTO, optimize=True)


def thumbnail(pixels: NDArray[np.uint8], side: int) -> bytes:
    """Grey values (height, width) as a JPEG of at most `side` pixels."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _saved(image, "JPEG", quality=_THUMBNAIL, optimize=True)


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **how)
    return stream.getvalue()


def _kind(data: bytes) -> str:
    for start, kind in _KINDS.items():
        if data.startswith(start):
            return kind
    raise ValueError("is not a PNG or a JPEG")

"""Images that come as bytes, as Base64 or as arrays, as the content of an image file."""

import base64
import binascii
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image


def image_bytes(value: Any) -> bytes:
    """The content of an image file: bytes as they are, text as Base64, and (H, W) or (H, W, 3) arrays as PNG.

    Arrays hold whole numbers: 0 to 255, or (H, W) up to 65,535. Raises ValueError for anything else.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            raise ValueError("an image that is text must be Base64") from None
    if isinstance(value, np.ndarray | Sequence):
        return _png(np.asarray(value))
    raise ValueError(f"an image must be bytes, Base64 or an array, not {type(value).__name__}")


def _png(values: np.ndarray[Any, Any]) -> bytes:
    grey, coloured = values.ndim == 2, values.ndim == 3 and values.shape[2] == 3
    if not (grey or coloured) or 0 in values.shape or values.dtype.kind not in "iu":
        raise ValueError(
            "an array must be (height, width) or (height, width, 3) whole numbers, not "
            f"{values.dtype} {values.shape}"
        )
    least, most = int(values.min()), int(values.max())
    if least < 0 or most > (65_535 if grey else 255):
        raise ValueError(
            f"an array's values must be 0 to 255, or for (height, width) to 65,535; found {least} to {most}"
        )
    deep = values.dtype.itemsize == 2 or most > 255
    stream = io.BytesIO()
    Image.fromarray(values.astype(np.uint16 if deep and grey else np.uint8)).save(stream, "PNG")
    return stream.getvalue()

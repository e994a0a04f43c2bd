"""Open an image file safely: declared formats of regular files only, and none that is too large to decode."""

import os
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from extractors.dicom.image import DicomImage, open_dicom
from extractors.dicom.reading import holds_dicom
from extractors.errors import reason
from extractors.image_header import MAX_BYTES, Header, ImageFileError, too_large
from extractors.libtiff import silence_libtiff

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "Header",
    "ImageFileError",
    "OpenedImage",
    "header_of",
    "open_image",
    "regular_file",
]

FORMATS = ("PNG", "JPEG", "TIFF", "BMP")  # others may start programs: Pillow gives PostScript to Ghostscript
_BITS_PER_SAMPLE, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0  # TIFF 6.0


OpenedImage = Image.Image | DicomImage


@contextmanager
def open_image(source: Path | bytes) -> Iterator[OpenedImage]:
    """An image of one of FORMATS or DICOM, a file of whatever name or its content, with nothing decoded yet.

    No program is started. Raises ImageFileError for a file that is missing, not regular (a FIFO would block),
    of another format or too large, and for every exception of the block: damaged files make Pillow raise any.
    """
    silence_libtiff()
    try:
        with _stream(source) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata and large sizes, which are checked here
            if holds_dicom(stream):
                yield open_dicom(stream)
                return
            with Image.open(stream, formats=FORMATS) as image:
                _check_size(image)
                yield image
    except ImageFileError:
        raise
    except UnidentifiedImageError:
        raise ImageFileError(f"not a {', '.join(FORMATS)} or DICOM file") from None
    except Exception as error:
        raise ImageFileError(_reason(error)) from error


def _stream(source: Path | bytes) -> AbstractContextManager[BinaryIO]:
    return nullcontext(BytesIO(source)) if isinstance(source, bytes) else regular_file(source)


@contextmanager
def regular_file(path: Path) -> Iterator[BufferedReader]:
    """A regular file, open for reading. Raises ImageFileError, without blocking, for everything else."""
    try:
        _check_regular(path.stat().st_mode)
        stream = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")
    except (OSError, ValueError) as error:
        raise error if isinstance(error, ImageFileError) else ImageFileError(_reason(error)) from error
    with stream:
        _check_regular(os.fstat(stream.fileno()).st_mode)
        yield stream


def header_of(image: OpenedImage) -> Header:
    """The header of an image that `open_image` has just opened: before its pixels are decoded."""
    if isinstance(image, DicomImage):
        return image.header
    bits, inverted = 8, False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = max(image.tag_v2.get(_BITS_PER_SAMPLE, (1,)))
        inverted = bits > 8 and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    elif image.format == "PNG":
        bits = _png_bits(image)
    return Header(image.format or "", image.mode, bits, *image.size, inverted)


def _png_bits(image: Image.Image) -> int:
    """Bits per channel, from the layout that Pillow's decoder is given: `L;4`, `I;16B`, `RGB;16B`."""
    layout = str(image.tile[0].args)  # type: ignore[attr-defined]
    found = re.search(r";(\d+)", layout)
    return int(found[1]) if found else 1 if layout == "1" else 8


def _check_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
        kind = next((name for is_kind, name in kinds if is_kind(mode)), "a device")
        raise ImageFileError(f"it is {kind}, not a file")


def _check_size(image: Image.Image) -> None:
    """Raise ImageFileError for an image whose pixels would take more than MAX_BYTES; decodes nothing."""
    header, (width, height) = header_of(image), image.size
    channel_bytes = 2 if image.mode.startswith("I;16") else 1 if image.mode in ("1", "L", "P") else 4
    copies = 2 if header.deep and channel_bytes == 4 and image.mode not in ("I", "F") else 1
    if width * height * channel_bytes * copies > MAX_BYTES:
        raise too_large(header)


def _reason(error: Exception) -> str:
    """The reason in one line, without the file's name."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, MemoryError):
        return "there is not enough memory to decode it"
    return reason(error)

"""Open an image file safely: declared formats of regular files only, and none that is too large to decode."""

import os
import re
import stat
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from extractors.errors import reason
from extractors.libtiff import silence_libtiff

FORMATS = ("PNG", "JPEG", "TIFF", "BMP")  # others may start programs: Pillow gives PostScript to Ghostscript
MAX_BYTES = 700 * 2**20  # of the decoded image in memory, so that decoding takes a process below 1 GiB
_BITS_PER_SAMPLE, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0  # TIFF 6.0


class ImageFileError(ValueError):
    """A file that is not opened or cannot be decoded; the message is the reason, without the path."""


@dataclass(frozen=True)
class Header:
    """What an image file says about its pixels: `mode` is Pillow's, `bits` those of one channel."""

    format: str
    mode: str
    bits: int
    width: int
    height: int
    white_is_zero: bool = False  # stored inverted, and not turned by Pillow

    @property
    def deep(self) -> bool:
        """Whether a channel has more than 8 bits."""
        return self.bits > 8


@contextmanager
def open_image(source: Path | bytes) -> Iterator[Image.Image]:
    """An image of one of FORMATS, a file of whatever name or its content, with nothing decoded yet.

    No program is started. Raises ImageFileError for a file that is missing, not regular (a FIFO would block),
    of another format or too large, and for every exception of the block: damaged files make Pillow raise any.
    """
    silence_libtiff()
    try:
        with _stream(source) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about damaged metadata and large sizes, which are checked here
            with Image.open(stream, formats=FORMATS) as image:
                _check_size(image)
                yield image
    except ImageFileError:
        raise
    except UnidentifiedImageError:
        raise ImageFileError(f"not a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file") from None
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


def header_of(image: Image.Image) -> Header:
    """The header of an image that `open_image` has just opened: before its pixels are decoded."""
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
        raise ImageFileError(
            f"{width:,} × {height:,} pixels of {header.bits} bits ({image.mode}) are too many: at most "
            f"{MAX_BYTES / 2**20:.0f} MiB are decoded; reduce the image first"
        )


def _reason(error: Exception) -> str:
    """The reason in one line, without the file's name."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, MemoryError):
        return "there is not enough memory to decode it"
    return reason(error)

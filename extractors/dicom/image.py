"""A DICOM image: its header, checked before anything is decoded, and its pixels as they are stored."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from extractors.dicom.codestreams import CodestreamError, Shape, check_rle, shape_of
from extractors.dicom.pixel_module import (
    COLOUR,
    DECODERS,
    PIXEL_MODULE,
    checked_header,
    kind_of,
    syntax_of,
)
from extractors.dicom.reading import quiet, read_elements, whole_number_of
from extractors.image_header import MAX_BYTES, Header, ImageFileError, too_large

if TYPE_CHECKING:
    from pydicom import Dataset

# Bytes of memory per pixel while it is decoded, at most; measured: docs/dicom.md
_NATIVE, _COMPRESSED, _IN_COLOUR = 8, 16, 40


@dataclass(frozen=True)
class DicomImage:
    """A DICOM file with one image, whose elements are read and whose pixels are not yet.

    `elements` are those of the pixel module; `stream` must stay open until the pixels are decoded.
    """

    header: Header
    elements: "Dataset"
    stream: BinaryIO
    syntax: str

    @property
    def in_colour(self) -> bool:
        """Whether its pixels are colours of three channels."""
        return self.header.mode in COLOUR

    def stored(self) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """(rows, columns) uint8 or uint16 of the stored bits: overlays and other unused bits are gone.

        Negative values are as in two's complement of `BitsStored` bits. Raises ImageFileError.
        """
        pixels = self._decoded(raw=True)
        pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
        unsigned = pixels.view(f"u{pixels.dtype.itemsize}")
        bits = self.header.bits
        shift = 0
        if DECODERS[self.syntax] != "pylibjpeg":  # which returns values from the lowest bit on
            shift = whole_number_of(self.elements, "HighBit", bits - 1) + 1 - bits
        if shift:
            unsigned = unsigned >> unsigned.dtype.type(shift)
        unused = 8 * unsigned.dtype.itemsize - bits
        return unsigned & unsigned.dtype.type((1 << bits) - 1) if unused else unsigned

    def colours(self) -> Image.Image:
        """The image of mode RGB of a file `in_colour`. Raises ImageFileError."""
        return Image.fromarray(np.ascontiguousarray(self._decoded(raw=False), np.uint8))

    def _decoded(self, *, raw: bool) -> NDArray[np.generic]:
        from pydicom.pixels.decoders.base import get_decoder
        from pydicom.uid import UID

        data = read_elements(self.stream, ("PixelData",), pixels=True)
        if "PixelData" not in data:
            raise ImageFileError("a DICOM file without pixels, or that ends before the end of its pixels")
        with quiet():
            pixels = data["PixelData"]
            options = self._options(str(pixels.VR))
            try:
                self._check(pixels.value, options)
                values, told = get_decoder(UID(self.syntax)).as_array(
                    pixels.value, index=0, raw=raw, decoding_plugin=DECODERS[self.syntax], **options
                )
            except CodestreamError as error:
                raise ImageFileError(f"a damaged DICOM file: {error}") from None
            except ImageFileError:
                raise
            except MemoryError:
                raise ImageFileError("there is not enough memory to decode it") from None
            except Exception as error:  # of damaged pixels, any
                raise ImageFileError(f"its pixels cannot be decoded ({_last_words(error)})") from None
        if not raw and told["photometric_interpretation"] != "RGB":
            raise ImageFileError(f"colours as {self.header.mode} cannot be decoded")
        return values

    def _options(self, representation: str) -> dict[str, Any]:
        """What pydicom is told of the pixels: nothing but what was checked."""
        elements, header = self.elements, self.header
        native = not DECODERS[self.syntax]
        return {
            "rows": header.height,
            "columns": header.width,
            "number_of_frames": 1,
            "samples_per_pixel": 3 if self.in_colour else 1,
            "photometric_interpretation": header.mode,
            "planar_configuration": whole_number_of(elements, "PlanarConfiguration", 0),
            "bits_allocated": whole_number_of(elements, "BitsAllocated"),
            "bits_stored": header.bits,
            "pixel_representation": whole_number_of(elements, "PixelRepresentation", 0),
            "pixel_keyword": "PixelData",
            "pixel_vr": representation,
            **({"view_only": True, "correct_unused_bits": False} if native else {}),
        }

    def _check(self, content: bytes, options: dict[str, Any]) -> None:
        """Raise CodestreamError or ImageFileError for pixels that are not of the header's shape."""
        from pydicom.encaps import get_frame

        rows, columns = self.header.height, self.header.width
        channels, allocated = options["samples_per_pixel"], options["bits_allocated"]
        plugin = DECODERS[self.syntax]
        if not plugin:
            needed = rows * columns * channels * allocated // 8
            needed = needed * 2 // 3 if self.header.mode == "YBR_FULL_422" else needed
            if len(content) < needed:
                raise ImageFileError(
                    f"a truncated DICOM file: {len(content):,} of {needed:,} bytes of pixels"
                )
            return
        frame = get_frame(content, 0, number_of_frames=1)
        if plugin == "pydicom":
            check_rle(frame, rows * columns, channels * allocated // 8)
            return
        shape = shape_of(frame)
        if (shape.rows, shape.columns, shape.channels) != (rows, columns, channels) or shape.bits > allocated:
            expected = Shape(rows, columns, channels, allocated)
            raise CodestreamError(f"its compressed pixels are {shape}, not {expected}")


def open_dicom(stream: BinaryIO) -> DicomImage:
    """The image of a DICOM file. Nothing of it is decoded; what could not be is refused here.

    Raises ImageFileError for what is no single image of 8 or 16 bits, for one that is too large, and for
    compressed pixels that no decoder of the extra `dicom` reads.
    """
    elements = read_elements(stream, PIXEL_MODULE)
    if "Rows" not in elements:
        raise ImageFileError(f"a DICOM file without an image{kind_of(elements)}")
    frames = whole_number_of(elements, "NumberOfFrames", 1)
    if frames > 1:
        raise ImageFileError(f"a DICOM file of {frames:,} frames; only single images are read")
    syntax = syntax_of(elements)
    header = checked_header(elements)
    colour = header.mode in COLOUR
    memory = _IN_COLOUR if colour else _COMPRESSED if DECODERS[syntax] else _NATIVE
    if header.width * header.height * memory > MAX_BYTES:
        raise too_large(header)
    return DicomImage(header, elements, stream, syntax)


def _last_words(error: Exception) -> str:
    """The last line of a message, which names the decoder's own error, shortened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:120] if lines else type(error).__name__

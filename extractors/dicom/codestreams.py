"""What a compressed frame says of its own size, before it is decoded: decoders allocate what it asks for.

Sources of the layouts: ITU-T T.81 annex B (JPEG), ITU-T T.87 annex C (JPEG-LS), ITU-T T.800 annex A.5
(JPEG 2000), DICOM PS3.5 annex G (RLE).
"""

import struct
from dataclasses import dataclass

_FRAME_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # SOF of JPEG, and 0xF7 of JPEG-LS
_SCAN, _SIZES_OF_JPEG_LS = 0xDA, 0xF8  # the second may replace the sizes of the frame header
_JPEG, _JPEG_2000, _JP2_BOX = b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "
_BOXES = 4096  # bytes of a JP2 file in which its codestream must begin; chosen by hand
_MOST_TILES = 4096  # of a JPEG 2000 image; decoders keep a state for each; chosen by hand


class CodestreamError(ValueError):
    """A compressed frame that is damaged, or that is of another size than it should be."""


@dataclass(frozen=True)
class Shape:
    """Rows, columns, channels, and bits of a channel."""

    rows: int
    columns: int
    channels: int
    bits: int

    def __str__(self) -> str:
        return f"{self.columns:,} × {self.rows:,} pixels, {self.channels} channel(s) of {self.bits} bits"


def shape_of(frame: bytes) -> Shape:
    """The shape that a JPEG, JPEG-LS or JPEG 2000 frame gives itself. Raises CodestreamError."""
    try:
        if frame.startswith(_JPEG):
            return _shape_of_jpeg(frame)
        start = 0 if frame.startswith(_JPEG_2000) else -1
        if frame.startswith(_JP2_BOX):
            start = frame.find(_JPEG_2000, 0, _BOXES)
        if start >= 0:
            return _shape_of_jpeg_2000(frame, start + len(_JPEG_2000))
    except (struct.error, IndexError):
        raise CodestreamError("the compressed pixels end in their header") from None
    raise CodestreamError("the compressed pixels are neither JPEG, JPEG-LS nor JPEG 2000")


def _shape_of_jpeg(frame: bytes) -> Shape:
    """From the frame header; one that comes twice, or whose size is given elsewhere, is refused."""
    place, found = 2, None
    while True:
        while frame[place] == 0xFF:  # fill bytes before a marker
            place += 1
        marker, length = frame[place], struct.unpack_from(">H", frame, place + 1)[0]
        if frame[place - 1] != 0xFF or length < 2:
            raise CodestreamError("the header of the compressed pixels is damaged")
        if marker == _SCAN:
            break
        if marker in _FRAME_MARKERS:
            if found is not None:
                raise CodestreamError("the compressed pixels have two headers")
            bits, rows, columns, channels = struct.unpack_from(">BHHB", frame, place + 3)
            found = Shape(rows, columns, channels, bits)
        if marker == _SIZES_OF_JPEG_LS and frame[place + 3] == 4:
            raise CodestreamError("the compressed pixels are larger than JPEG-LS images in DICOM may be")
        place += 1 + length
    if found is None:
        raise CodestreamError("the compressed pixels have no header")
    return found


def _shape_of_jpeg_2000(frame: bytes, place: int) -> Shape:
    """From the segment SIZ. Raises CodestreamError for subsampled channels and for very many tiles."""
    sizes = struct.unpack_from(">HH8IH", frame, place)
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, channels = sizes[2:]
    components = [struct.unpack_from("BBB", frame, place + 38 + 3 * n) for n in range(min(channels, 4))]
    if not components or any(component[1:] != (1, 1) for component in components):
        raise CodestreamError("the channels of the compressed pixels are of different sizes")
    if not (tile_width and tile_height and left < right and top < bottom):
        raise CodestreamError("the header of the compressed pixels is damaged")
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if not 0 < tiles <= _MOST_TILES:
        raise CodestreamError(f"the compressed pixels have {tiles:,} tiles, more than {_MOST_TILES:,}")
    bits = max((depth & 0x7F) + 1 for depth, _, _ in components)
    return Shape(bottom - top, right - left, channels, bits)


def check_rle(frame: bytes, pixels: int, segments: int) -> None:
    """Raise CodestreamError unless an RLE frame holds so many segments of so many bytes when decoded.

    A byte more than asked for (of an odd number of pixels) is allowed.
    """
    if len(frame) < 64:
        raise CodestreamError("the compressed pixels end in their header")
    count, *offsets = struct.unpack_from("<16I", frame)
    if count != segments:
        raise CodestreamError(f"the compressed pixels have {count:,} segments instead of {segments}")
    ends = [*offsets[1:count], len(frame)]
    for start, end in zip(offsets, ends, strict=False):
        if not 64 <= start <= end <= len(frame):
            raise CodestreamError("the header of the compressed pixels is damaged")
        _check_segment(frame[start:end], pixels)


def _check_segment(segment: bytes, pixels: int) -> None:
    """Count what the runs of a segment give when decoded, and stop above `pixels` bytes."""
    place, total = 0, 0
    while place < len(segment) - 1 and total < pixels:
        control = segment[place]
        if control < 128:
            total, place = total + min(control + 1, len(segment) - place - 1), place + control + 2
        elif control > 128:
            total, place = total + 257 - control, place + 2
        else:
            place += 1
    rest = len(segment) - place
    if total < pixels or total > pixels + 1 or rest > 4:
        raise CodestreamError("the compressed pixels are not as many as the header says")

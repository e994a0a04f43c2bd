"""What an image file says of its pixels before they are decoded, their limit, and the error of a file."""

from dataclasses import dataclass

MAX_BYTES = 700 * 2**20  # of the decoded image in memory, so that decoding takes a process below 1 GiB


class ImageFileError(ValueError):
    """A file that is not opened or cannot be decoded; the message is the reason, without the path."""


@dataclass(frozen=True)
class Header:
    """What an image file says about its pixels: `mode` is Pillow's, `bits` those of one channel.

    In DICOM, `mode` is the photometric interpretation and `bits` are the stored ones.
    """

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


def too_large(header: Header) -> ImageFileError:
    """The error for an image that needs more than MAX_BYTES."""
    return ImageFileError(
        f"{header.width:,} × {header.height:,} pixels of {header.bits} bits ({header.mode}) are too many: at "
        f"most {MAX_BYTES / 2**20:.0f} MiB are decoded; reduce the image first"
    )

"""What the stored values of a grey DICOM image mean, as tables with an entry for each possible value.

With at most 16 bits there are 65,536 stored values, so that rescaling, lookup tables and windows are worked
out once for each of them and an image is one look into the table. Sections are those of DICOM PS3.3.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from extractors.dicom.image import DicomImage
from extractors.dicom.reading import is_given, number_of, quiet, text_of, whole_number_of
from extractors.image_header import ImageFileError

if TYPE_CHECKING:
    from pydicom import Dataset

Table = NDArray[np.float64]  # (2 ** bits,): an entry for each stored value


@dataclass(frozen=True)
class StoredValues:
    """A decoded image `stored` (rows, columns) of unsigned values, and tables of 2 ** bits entries.

    `values` are the outputs of the modality (rescaled, finite), `padding` marks stored values that are no
    part of the image, `shown` are the grey values 0..1 by the file's own lookup table or window, None where
    it has none. `inverted` tells whether the least value is white; `values` and `shown` are not turned.
    """

    stored: NDArray[np.uint8] | NDArray[np.uint16]
    values: Table
    shown: Table | None
    padding: NDArray[np.bool_]
    inverted: bool


def stored_values(image: DicomImage) -> StoredValues:
    """Decode an image of one channel. Raises ImageFileError for damaged pixels and unusable tables."""
    elements, bits = image.elements, image.header.bits
    numbers = np.arange(1 << bits, dtype=np.int64)
    if whole_number_of(elements, "PixelRepresentation", 0):  # two's complement
        numbers = np.where(numbers < 1 << (bits - 1), numbers, numbers - (1 << bits))
    with quiet():
        try:
            values = _modality(elements, numbers)
            shown = _voi(elements, values)
        except ImageFileError:
            raise
        except Exception as error:  # of damaged tables, any
            raise ImageFileError(f"its tables of grey values are damaged ({type(error).__name__})") from None
    if not np.isfinite(values).all():
        raise ImageFileError("its rescaled values are not finite")
    return StoredValues(
        image.stored(), values, shown, _padding(elements, numbers), inverted=image.header.white_is_zero
    )


def _modality(elements: "Dataset", numbers: NDArray[np.int64]) -> Table:
    """The modality's lookup table, or slope and intercept (C.11.1)."""
    if elements.get("ModalityLUTSequence"):
        return _looked_up(elements.ModalityLUTSequence[0], numbers.astype(np.float64), _byte_order(elements))
    slope, intercept = number_of(elements, "RescaleSlope", 1.0), number_of(elements, "RescaleIntercept", 0.0)
    if not slope:
        raise ImageFileError("a damaged DICOM file: RescaleSlope is 0")
    with np.errstate(over="ignore"):
        rescaled: Table = (numbers * slope + intercept).astype(np.float64)
    return rescaled


def _voi(elements: "Dataset", values: Table) -> Table | None:
    """Grey values 0..1 by the first lookup table of the file or, without one, by its first window."""
    if elements.get("VOILUTSequence"):
        item = elements.VOILUTSequence[0]
        largest = (1 << int(item.LUTDescriptor[2])) - 1
        return (_looked_up(item, values, _byte_order(elements)) / largest).clip(0, 1)
    if is_given(elements, "WindowCenter") and is_given(elements, "WindowWidth"):
        function = text_of(elements, "VOILUTFunction") or "LINEAR"
        return windowed(
            values, number_of(elements, "WindowCenter"), number_of(elements, "WindowWidth"), function
        )
    return None


def _byte_order(elements: "Dataset") -> str:
    return ">" if elements.original_encoding[1] is False else "<"


def _looked_up(item: "Dataset", values: Table, byte_order: str) -> Table:
    """The entries of a lookup table for these values (C.11.1.1.1); values beside it get its ends.

    Done here, since pydicom 3.0.2 puts places in a table of 8-bit entries into 8 bits (`apply_voi`).
    """
    length, first = int(item.LUTDescriptor[0]) or 2**16, int(item.LUTDescriptor[1])
    if first >= 2**15 and values.min() < 0:
        first -= 2**16  # a negative number that was written as unsigned
    data = item.LUTData
    if isinstance(data, bytes):
        one_byte = len(data) < 2 * length
        data = np.frombuffer(data, np.uint8 if one_byte else f"{byte_order}u2")
    entries = np.asarray(data, np.float64)[:length]
    if len(entries) < length:
        raise ValueError("too few entries")
    places = (np.round(values) - first).clip(0, length - 1).astype(np.intp)
    looked_up: Table = entries[places]
    return looked_up


def windowed(values: Table, centre: float, width: float, function: str) -> Table | None:
    """Grey values 0..1 of a window (C.11.2.1.2 and C.11.2.1.3); None for a width that makes none.

    Raises ImageFileError for a function other than LINEAR, LINEAR_EXACT and SIGMOID.
    """
    if function not in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        raise ImageFileError("a DICOM file whose VOILUTFunction is not known")
    if width < 1 if function == "LINEAR" else width <= 0:
        return None
    grey: Table
    if function == "SIGMOID":
        with np.errstate(over="ignore"):
            grey = 1 / (1 + np.exp(-4 * (values - centre) / width))
    elif function == "LINEAR_EXACT":
        grey = ((values - centre) / width + 0.5).clip(0, 1)
    elif width == 1:
        grey = (values > centre - 0.5).astype(np.float64)
    else:
        grey = ((values - (centre - 0.5)) / (width - 1) + 0.5).clip(0, 1)
    return grey


def _padding(elements: "Dataset", numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which stored values are padding (C.7.5.1.1.2): one value, or a range of them."""
    none = np.zeros(len(numbers), np.bool_)
    if not is_given(elements, "PixelPaddingValue"):
        return none
    first = whole_number_of(elements, "PixelPaddingValue")
    other = whole_number_of(elements, "PixelPaddingRangeLimit", first)
    signed = bool(numbers[-1] < 0)
    low, high = sorted(_of_sixteen_bits(value, signed) for value in (first, other))
    return (numbers >= low) & (numbers <= high)


def _of_sixteen_bits(value: int, signed: bool) -> int:
    """The number with the sign that pixels have; many files hold -2000 as the unsigned 63,536."""
    if signed and 2**15 <= value < 2**16:
        return value - 2**16
    return value + 2**16 if not signed and -(2**15) <= value < 0 else value

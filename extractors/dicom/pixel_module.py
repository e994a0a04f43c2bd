"""What a DICOM file says of its pixels, checked before anything is decoded."""

from typing import TYPE_CHECKING

from extractors.dicom.reading import quiet, text_of, whole_number_of
from extractors.image_header import Header, ImageFileError

if TYPE_CHECKING:
    from pydicom import Dataset

FORMAT = "DICOM"
GREY = ("MONOCHROME1", "MONOCHROME2")
COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
PIXEL_MODULE = (  # PS3.3, C.7.6.3, and the modules of the grey values
    "SOPClassUID",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "RescaleIntercept",
    "RescaleSlope",
    "ModalityLUTSequence",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "VOILUTSequence",
)
DECODERS = {  # transfer syntax: the plugin of pydicom, always the same one
    "1.2.840.10008.1.2": "",  # Implicit VR Little Endian
    "1.2.840.10008.1.2.1": "",  # Explicit VR Little Endian
    "1.2.840.10008.1.2.2": "",  # Explicit VR Big Endian
    "1.2.840.10008.1.2.5": "pydicom",  # RLE
    "1.2.840.10008.1.2.4.50": "pylibjpeg",  # JPEG baseline
    "1.2.840.10008.1.2.4.51": "pylibjpeg",  # JPEG extended, 12 bits
    "1.2.840.10008.1.2.4.57": "pylibjpeg",  # JPEG lossless
    "1.2.840.10008.1.2.4.70": "pylibjpeg",  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.80": "pylibjpeg",  # JPEG-LS
    "1.2.840.10008.1.2.4.81": "pylibjpeg",  # JPEG-LS, near lossless
    "1.2.840.10008.1.2.4.90": "pylibjpeg",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91": "pylibjpeg",  # JPEG 2000
}


def checked_header(elements: "Dataset") -> Header:
    """The header, when its numbers fit each other. Raises ImageFileError."""
    rows, columns = whole_number_of(elements, "Rows"), whole_number_of(elements, "Columns")
    mode = text_of(elements, "PhotometricInterpretation")
    samples = whole_number_of(elements, "SamplesPerPixel", 1)
    allocated = whole_number_of(elements, "BitsAllocated")
    bits = whole_number_of(elements, "BitsStored", allocated)
    high = whole_number_of(elements, "HighBit", bits - 1)
    if mode not in (*GREY, *COLOUR):
        raise ImageFileError(
            "a DICOM file whose PhotometricInterpretation is absent, or neither grey, RGB nor YBR"
        )
    if samples != (3 if mode in COLOUR else 1):
        raise ImageFileError(f"a DICOM file of {samples} channels that says it is {mode}")
    if allocated not in ((8,) if mode in COLOUR else (8, 16)):
        raise ImageFileError(f"a DICOM file of {allocated} bits per value ({mode}), which is not read")
    if not (1 <= bits <= high + 1 <= allocated and 0 < rows < 2**16 and 0 < columns < 2**16):
        raise ImageFileError(
            f"a damaged DICOM file: {columns} × {rows} pixels, bits stored {bits}, high bit {high}, bits "
            f"allocated {allocated}"
        )
    if whole_number_of(elements, "PixelRepresentation", 0) not in (0, 1):
        raise ImageFileError("a damaged DICOM file: PixelRepresentation is neither 0 nor 1")
    return Header(FORMAT, mode, bits, columns, rows, white_is_zero=mode == "MONOCHROME1")


def syntax_of(elements: "Dataset") -> str:
    """The transfer syntax; of files without one, as pydicom found it. Raises ImageFileError for others."""
    syntax = text_of(getattr(elements, "file_meta", elements), "TransferSyntaxUID")
    if not syntax:
        implicit, little = elements.original_encoding
        syntax = "1.2.840.10008.1.2" + ("" if implicit else ".1" if little else ".2")
    if syntax not in DECODERS:
        raise ImageFileError(
            f"a DICOM file whose transfer syntax is not read{_named(syntax)}; convert it first"
        )
    return syntax


def kind_of(elements: "Dataset") -> str:
    """The name of the file's SOP class in brackets, where it is one of the standard's."""
    return _named(text_of(elements, "SOPClassUID"))


def _named(uid: str) -> str:
    """The name of an identifier of the standard in brackets; empty for any other."""
    from pydicom.uid import UID

    with quiet():
        name = UID(uid).name
    return "" if name == uid else f" ({name})"

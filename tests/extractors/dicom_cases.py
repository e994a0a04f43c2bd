"""DICOM files made for tests: any element can be set, any left out, and the pixels can be compressed."""

import io
from pathlib import Path
from typing import Any

import pydicom
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    generate_uid,
)

PATIENT = {"PatientName": "Doe^Jane", "PatientID": "4711", "PatientBirthDate": "19700102"}


def dataset(pixels: NDArray[Any] | None, **elements: Any) -> Dataset:
    """A radiograph with these stored pixels (rows, columns[, 3]) and elements by keyword; None removes one."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = DigitalXRayImageStorageForPresentation
    made.SOPInstanceUID, made.StudyInstanceUID = generate_uid(), generate_uid()
    made.Modality, made.AccessionNumber = "DX", "A1"
    for keyword, value in PATIENT.items():
        setattr(made, keyword, value)
    if pixels is not None:
        _add_pixels(made, pixels)
    for keyword, value in elements.items():
        if value is None:
            delattr(made, keyword)
        elif isinstance(value, DataElement):
            made.add(value)
        else:
            setattr(made, keyword, value)
    made.file_meta.MediaStorageSOPClassUID = made.get("SOPClassUID") or "1.2.3"
    made.file_meta.MediaStorageSOPInstanceUID = made.get("SOPInstanceUID") or "1.2.3"
    return made


def _add_pixels(made: Dataset, pixels: NDArray[Any]) -> None:
    bits = 8 * pixels.itemsize
    made.Rows, made.Columns = pixels.shape[:2]
    made.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    made.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, bits, bits - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    made["PixelData"].VR = "OW" if bits > 8 else "OB"


def saved(path: Path, pixels: NDArray[Any] | None, *, compressed: str = "", **elements: Any) -> Path:
    """Write such a file; `compressed` is the UID of a transfer syntax that can be written here."""
    made = dataset(pixels, **elements)
    if compressed:
        compress(made, compressed)
    made.save_as(path, enforce_file_format=True)
    return path


def compress(made: Dataset, syntax: str) -> None:
    """Compress the pixels: JPEG baseline by Pillow, others by pydicom."""
    if syntax != JPEGBaseline8Bit:
        made.compress(syntax, generate_instance_uid=False)
        return
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels_of(made)).save(stream, "JPEG", quality=95)
    set_frame(made, stream.getvalue(), syntax)


def set_frame(made: Dataset, frame: bytes, syntax: str) -> None:
    """Put an encoded frame in the place of the pixels."""
    made.PixelData = encapsulate([frame])
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    made.file_meta.TransferSyntaxUID = syntax
    if made.SamplesPerPixel == 3:
        made.PhotometricInterpretation = "YBR_FULL_422"


def pixels_of(made: Dataset) -> NDArray[Any]:
    """The pixels that a data set of `dataset` was made of."""
    return made.pixel_array


def without_preamble(path: Path) -> Path:
    """Cut the preamble, the prefix and the file meta information: what a bare data set is."""
    made = pydicom.dcmread(path)
    with path.open("wb") as stream:
        pydicom.filewriter.write_dataset(pydicom.filebase.DicomFileLike(stream), made)
    return path


def lookup_table(values: NDArray[Any], first: int, bits: int) -> Sequence:
    """A sequence of one lookup table, for VOILUTSequence or ModalityLUTSequence."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(values), first, bits])
    item.add_new("LUTData", "US", values.astype(int).tolist())
    return Sequence([item])

"""What a DICOM file says that an audit asks for: which elements identify people, burnt-in text, its kind.

Names of elements only, never a value of one that identifies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.datasets.dicom.names import IDENTIFYING, RADIOGRAPHS
from extractors.dicom.pixel_module import GREY
from extractors.dicom.reading import holds_dicom, is_given, quiet, read_elements, text_of
from extractors.image_files import ImageFileError, regular_file

if TYPE_CHECKING:
    from pydicom import Dataset

PRIVATE, OVERLAYS = "private elements", "overlays"


@dataclass(frozen=True)
class DicomFacts:
    """`identifying` are the sorted keywords of elements with a value, and PRIVATE and OVERLAYS.

    `burned_in` is the element BurnedInAnnotation (`YES`, `NO` or empty); `unusual` what tells that it is no
    plain radiograph for the eye; `windowed` whether the file has a window or a lookup table of its own.
    """

    identifying: tuple[str, ...] = ()
    burned_in: str = ""
    unusual: tuple[str, ...] = ()
    windowed: bool = False


def dicom_facts(path: Path) -> DicomFacts | None:
    """The facts of one file; None for one that is not DICOM or whose header cannot be read."""
    try:
        with regular_file(path) as stream:
            if not holds_dicom(stream):
                return None
            elements = read_elements(stream, None)
    except (ImageFileError, OSError):
        return None
    with quiet():
        identifying = tuple(sorted(set(_identifying(elements))))
    burned_in = text_of(elements, "BurnedInAnnotation").upper()
    windowed = any(is_given(elements, keyword) for keyword in ("WindowCenter", "VOILUTSequence"))
    return DicomFacts(identifying, burned_in, tuple(_unusual(elements)), windowed)


def _identifying(elements: "Dataset") -> Iterator[str]:
    """The keywords of identifying elements with a value, also in sequences."""
    from pydicom.datadict import keyword_for_tag

    for tag in elements.keys():  # noqa: SIM118 (iterating over a data set converts its values)
        try:
            value = elements.get_item(tag).value
        except Exception:  # of damaged elements, any: it is there
            value = b"?"
        if value in (None, b"", ""):
            continue
        if tag.is_private:
            yield PRIVATE
        elif 0x6000 <= tag.group <= 0x60FF:
            yield OVERLAYS
        elif (keyword := keyword_for_tag(tag)) in IDENTIFYING and _says_something(value):
            yield keyword
        yield from _in_items(elements, tag)


def _says_something(value: object) -> bool:
    return bool(value.strip(b" \0")) if isinstance(value, bytes) else bool(value)


def _in_items(elements: "Dataset", tag: int) -> Iterator[str]:
    """The same of the items of a sequence; nothing of another element, or of a damaged one."""
    try:
        element = elements[tag]
        items = list(element.value) if element.VR == "SQ" else []
    except Exception:
        return
    for item in items:
        yield from _identifying(item)


def _unusual(elements: "Dataset") -> Iterator[str]:
    modality = text_of(elements, "Modality").upper()
    if modality not in (*RADIOGRAPHS, ""):
        yield f"Modality {modality}"
    photometric = text_of(elements, "PhotometricInterpretation").upper()
    if photometric not in GREY:
        yield f"PhotometricInterpretation {photometric or 'absent'}"
    if text_of(elements, "PresentationIntentType").upper() == "FOR PROCESSING":
        yield "PresentationIntentType FOR PROCESSING"

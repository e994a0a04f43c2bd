"""Read named elements of a DICOM file: no pixels, nothing inflated, and no value in a message.

pydicom comes with the extra `dicom` and is imported where it is used.
"""

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from extractors.image_header import ImageFileError

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.tag import BaseTag

MAX_FILE_BYTES = 350 * 2**20  # a file is in memory beside its decoded pixels; chosen by hand
_PREFIX_AT, _PREFIX = 128, b"DICM"  # DICOM PS3.10, section 7.1
_FIRST_GROUPS = (2, 8)  # of files that begin with their elements: file meta information, or identification
_LONGEST_FIRST = 64  # bytes of the value of the first element, without prefix; chosen by hand
_INFLATED = "1.2.840.10008.1.2.1.99"  # Deflated Explicit VR Little Endian: of unknown size until inflated


def holds_dicom(stream: BinaryIO) -> bool:
    """Whether a file is DICOM by its content: the prefix or, in files without it, the first element."""
    start = stream.read(_PREFIX_AT + len(_PREFIX))
    stream.seek(0)
    return start[_PREFIX_AT:] == _PREFIX or _begins_with_an_element(start[:8])


def has_prefix(stream: BinaryIO) -> bool:
    """Whether a file has the prefix that only DICOM files have."""
    stream.seek(_PREFIX_AT)
    found = stream.read(len(_PREFIX))
    stream.seek(0)
    return found == _PREFIX


def _begins_with_an_element(start: bytes) -> bool:
    """Whether eight bytes are the tag, and the type or the length, of an element in a first group."""
    if len(start) < 8 or int.from_bytes(start[:2], "little") not in _FIRST_GROUPS or start[3]:
        return False
    typed = start[4:6].isascii() and start[4:6].isalpha() and start[4:6].isupper()
    return typed or int.from_bytes(start[4:8], "little") <= _LONGEST_FIRST


def check_installed() -> None:
    """Raise ImageFileError with the way out when the extra `dicom` is not installed."""
    try:
        import pydicom  # noqa: F401
    except ImportError:
        raise ImageFileError("a DICOM file; to read it: pip install 'benchmark[dicom]'") from None


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings and log messages of pydicom, which quote values of the file."""
    logger = logging.getLogger("pydicom")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def read_elements(stream: BinaryIO, keywords: Sequence[str] | None, *, pixels: bool = False) -> "Dataset":
    """The elements of these names (None: all), and `file_meta`; pixel data only if `pixels`.

    `stream` is read from its start. Raises ImageFileError for a file that is too large, is no DICOM or cannot
    be parsed, and for a deflated one.
    """
    check_installed()
    size = stream.seek(0, 2)
    if size > MAX_FILE_BYTES:
        raise ImageFileError(f"{size / 2**20:,.0f} MiB, more than the {MAX_FILE_BYTES >> 20} MiB of a file")
    with quiet():
        try:
            _refuse_deflated(stream)
            stream.seek(0)
            from pydicom import dcmread

            tags = list(keywords) if keywords is not None else None
            return dcmread(stream, force=True, stop_before_pixels=not pixels, specific_tags=tags)
        except ImageFileError:
            raise
        except MemoryError:
            raise ImageFileError("there is not enough memory to read it") from None
        except Exception as error:  # of damaged files, any; its message may quote a value
            raise ImageFileError(
                f"a damaged or truncated DICOM file ({type(error).__name__} while it was read)"
            ) from None


def _refuse_deflated(stream: BinaryIO) -> None:
    """pydicom would inflate such a file at once, whatever its size."""
    from pydicom.filereader import read_dataset, read_preamble

    stream.seek(0)
    read_preamble(stream, force=True)

    def after_meta(tag: "BaseTag", vr: str | None, length: int) -> bool:
        return tag >> 16 != _FIRST_GROUPS[0]

    meta = read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=after_meta)
    if str(meta.get("TransferSyntaxUID", "")).strip("\0 ") == _INFLATED:
        raise ImageFileError("a deflated DICOM file, which is not read; inflate it first (dcmconv of DCMTK)")


def is_given(dataset: "Dataset", keyword: str) -> bool:
    """Whether an element is there and not empty; it may be damaged."""
    return _values_of(dataset, keyword) != []


def text_of(dataset: "Dataset", keyword: str) -> str:
    """The (first) value of an element as text without blanks around; empty where it is absent or damaged."""
    values = _values_of(dataset, keyword)
    return str(values[0]).strip("\0 ") if values else ""


def number_of(dataset: "Dataset", keyword: str, default: float | None = None) -> float:
    """The (first) value of an element as a finite number, `default` where it is absent or empty.

    Raises ImageFileError, without the value, for one that is no number, and where there is neither.
    """
    values = _values_of(dataset, keyword)
    if values == [] and default is not None:
        return default
    if not values:
        raise ImageFileError(f"a DICOM file in which {keyword} is {'absent' if values == [] else 'damaged'}")
    try:
        number = float(str(values[0]))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ImageFileError(f"a DICOM file in which {keyword} is no number")
    return number


def whole_number_of(dataset: "Dataset", keyword: str, default: int | None = None) -> int:
    """As `number_of`, for whole numbers."""
    number = number_of(dataset, keyword, default)
    if number != int(number):
        raise ImageFileError(f"a DICOM file in which {keyword} is no whole number")
    return int(number)


def _values_of(dataset: "Dataset", keyword: str) -> list[object] | None:
    """The values of an element: none where it is absent or empty, None where it cannot be read."""
    with quiet():
        try:
            value = dataset.get(keyword)
        except Exception:  # of damaged values, any
            return None
    if value is None or value == "":
        return []
    is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return list(value) if is_list else [value]

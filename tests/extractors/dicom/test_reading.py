import io
import logging
import subprocess
import sys
import warnings
import zlib

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from extractors.dicom import reading
from extractors.dicom.reading import (
    holds_dicom,
    is_given,
    number_of,
    quiet,
    read_elements,
    text_of,
    whole_number_of,
)
from extractors.image_files import ImageFileError, open_image
from tests.extractors.dicom_cases import PATIENT, saved, without_preamble

PIXELS = np.zeros((4, 6), np.uint16)


def test_files_are_known_by_content_with_and_without_the_prefix(tmp_path):
    path = saved(tmp_path / "x.png", PIXELS)
    with path.open("rb") as stream:
        assert holds_dicom(stream)
        assert stream.tell() == 0
    without_preamble(path)
    assert path.read_bytes()[:2] == b"\x08\x00"
    with path.open("rb") as stream:
        assert holds_dicom(stream)


def test_implicit_elements_without_the_prefix_are_known_too(tmp_path):
    made = Dataset()
    made.Modality, made.Rows = "DX", 4
    path = tmp_path / "x"
    with path.open("wb") as stream:
        made.save_as(stream, implicit_vr=True, little_endian=True, enforce_file_format=False)
    with path.open("rb") as stream:
        assert holds_dicom(stream)
        assert text_of(read_elements(stream, None), "Modality") == "DX"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"BM" + bytes(200),
        b"\x08\x00" + b"\xff" * 200,
        b"II*\0" + bytes(200),
        bytes(200),
    ],
)
def test_other_files_are_not(content):
    assert not holds_dicom(io.BytesIO(content))


def test_only_the_named_elements_are_read_and_no_pixels(tmp_path):
    with saved(tmp_path / "a.dcm", PIXELS).open("rb") as stream:
        elements = read_elements(stream, ("Rows",))
        assert set(elements.dir()) == {"Rows"}
        assert "PixelData" not in read_elements(stream, None)
        assert len(read_elements(stream, ("PixelData",), pixels=True).PixelData) == PIXELS.nbytes


def test_without_the_extra_one_line_says_what_to_install(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.dcm", PIXELS)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with (
        pytest.raises(ImageFileError, match=r"^a DICOM file; to read it: pip install 'benchmark\[dicom\]'$"),
        open_image(path),
    ):
        pytest.fail("opened")


def test_pydicom_is_imported_only_for_a_dicom_file():
    code = "import sys, extractors.grey_values, benchmark.datasets.kinds; sys.exit('pydicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_deflated_file_is_refused_before_it_is_inflated(tmp_path, monkeypatch):
    path = saved(tmp_path / "a.dcm", PIXELS)
    made = pydicom.dcmread(path)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    made.save_as(path, enforce_file_format=True)
    monkeypatch.setattr(zlib, "decompress", lambda *_: pytest.fail("inflated"))
    with path.open("rb") as stream, pytest.raises(ImageFileError, match="deflated"):
        read_elements(stream, ("Rows",))


def test_a_file_larger_than_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 400)
    with saved(tmp_path / "a.dcm", PIXELS).open("rb") as stream, pytest.raises(ImageFileError, match="MiB"):
        read_elements(stream, ("Rows",))


def test_every_cut_is_read_or_refused_without_a_value_in_the_message(tmp_path):
    whole = saved(tmp_path / "a.dcm", PIXELS).read_bytes()
    refused = []
    for length in range(132, len(whole), 3):
        try:
            read_elements(io.BytesIO(whole[:length]), None)
        except ImageFileError as error:
            refused.append(str(error))
    assert refused
    assert not any(value in message for message in refused for value in PATIENT.values())


def test_values_are_numbers_or_texts_and_errors_never_quote_them(tmp_path):
    elements = Dataset()
    elements.Rows, elements.WindowCenter, elements.PatientID = 4, ["100.5", "7"], " 4711 \0"
    elements.WindowWidth = None
    assert (whole_number_of(elements, "Rows"), number_of(elements, "WindowCenter")) == (4, 100.5)
    assert (number_of(elements, "Columns", 9), number_of(elements, "WindowWidth", 3)) == (9, 3)
    assert (text_of(elements, "PatientID"), text_of(elements, "PatientName")) == ("4711", "")
    assert [is_given(elements, name) for name in ("Rows", "WindowWidth", "Columns")] == [True, False, False]
    with pytest.raises(ImageFileError, match=r"Columns is absent$"):
        number_of(elements, "Columns")
    with pytest.raises(ImageFileError, match=r"WindowCenter is no whole number$"):
        whole_number_of(elements, "WindowCenter")
    elements.PatientID = "Doe"
    elements.add_new("Rows", "LO", "nan")
    for keyword in ("PatientID", "Rows"):
        with pytest.raises(ImageFileError, match=f"{keyword} is no number$"):
            number_of(elements, keyword)


def test_a_value_of_the_wrong_type_is_damaged(tmp_path):
    path = saved(tmp_path / "a.dcm", PIXELS)
    content = path.read_bytes()
    rows = content.index(b"\x28\x00\x10\x00US\x02\x00")
    path.write_bytes(content[: rows + 4] + b"DS" + content[rows + 6 :])  # two bytes that are no decimal
    with (
        path.open("rb") as stream,
        pytest.raises(ImageFileError, match=r"Rows is (damaged|no number|absent)"),
    ):
        whole_number_of(read_elements(stream, ("Rows",)), "Rows")


def test_pydicom_is_silent_inside_and_as_before_afterwards(caplog):
    logger = logging.getLogger("pydicom")
    level = logger.level
    with warnings.catch_warnings(record=True) as caught, quiet():
        pydicom.misc.warn_and_log("the value '4711'")
        logging.getLogger("pydicom.pixels").error("4711")
    assert (caught, caplog.records, logger.level) == ([], [], level)

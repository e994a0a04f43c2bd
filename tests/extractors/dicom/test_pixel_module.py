import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import MPEG2MPML, BasicTextSRStorage, ExplicitVRBigEndian

from extractors.dicom.pixel_module import DECODERS, checked_header, kind_of, syntax_of
from extractors.image_files import ImageFileError
from extractors.image_header import Header
from tests.extractors.dicom_cases import dataset

PIXELS = np.zeros((4, 6), np.uint16)


def test_the_header_of_a_twelve_bit_radiograph():
    made = dataset(PIXELS, BitsStored=12, HighBit=11, PhotometricInterpretation="MONOCHROME1")
    assert checked_header(made) == Header("DICOM", "MONOCHROME1", 12, 6, 4, white_is_zero=True)


def test_missing_numbers_get_the_defaults_of_the_standard():
    made = dataset(PIXELS, BitsStored=None, HighBit=None, SamplesPerPixel=None, PixelRepresentation=None)
    assert checked_header(made) == Header("DICOM", "MONOCHROME2", 16, 6, 4)


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Rows": None}, "Rows is absent"),
        ({"Rows": 0}, "damaged DICOM file: 6 × 0 pixels"),
        ({"BitsAllocated": None}, "BitsAllocated is absent"),
        ({"BitsAllocated": 32}, "32 bits per value"),
        ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}, "1 bits per value"),
        ({"BitsStored": 17}, "bits stored 17"),
        ({"BitsStored": 12, "HighBit": 10}, "high bit 10"),
        ({"BitsStored": 12, "HighBit": 16}, "high bit 16"),
        ({"PixelRepresentation": 2}, "PixelRepresentation is neither"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "neither grey, RGB nor YBR"),
        ({"PhotometricInterpretation": None}, "PhotometricInterpretation is absent"),
        ({"PhotometricInterpretation": "RGB"}, "1 channels that says it is RGB"),
        ({"SamplesPerPixel": 3}, "3 channels that says it is MONOCHROME2"),
        ({"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}, "16 bits per value"),
    ],
)
def test_numbers_that_do_not_fit_each_other_are_refused(elements, message):
    with pytest.raises(ImageFileError, match=message):
        checked_header(dataset(PIXELS, **elements))


def test_the_transfer_syntax_of_a_file_without_one_is_as_it_was_found():
    bare = Dataset()
    for (implicit, little), end in {(True, True): "", (False, True): ".1", (False, False): ".2"}.items():
        bare.set_original_encoding(implicit, little)
        assert syntax_of(bare) == f"1.2.840.10008.1.2{end}"
    assert str(ExplicitVRBigEndian) in DECODERS


@pytest.mark.parametrize(("syntax", "named"), [(MPEG2MPML, r"\(MPEG2 .*\)"), ("1.2.3.4711", "read;")])
def test_other_transfer_syntaxes_are_refused_by_name_where_they_have_one(syntax, named):
    made = dataset(PIXELS)
    made.file_meta.TransferSyntaxUID = syntax
    with pytest.raises(ImageFileError, match=named) as told:
        syntax_of(made)
    assert "4711" not in str(told.value)


def test_the_kind_is_named_only_where_it_is_one_of_the_standard():
    assert kind_of(dataset(None, SOPClassUID=BasicTextSRStorage)) == " (Basic Text SR Storage)"
    assert kind_of(dataset(None, SOPClassUID="1.2.3.4711")) == ""

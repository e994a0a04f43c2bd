import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_windowing
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from extractors.dicom.image import open_dicom
from extractors.dicom.stored_values import stored_values, windowed
from extractors.image_files import ImageFileError
from tests.extractors.dicom_cases import dataset, lookup_table, saved

VALUES = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}


def meaning(path, values=VALUES, **elements):
    with saved(path / "a.dcm", values, **{**TWELVE_BITS, **elements}).open("rb") as stream:
        return stored_values(open_dicom(stream))


def test_without_anything_the_values_are_the_stored_ones(tmp_path):
    found = meaning(tmp_path)
    assert np.array_equal(found.values, np.arange(4096))
    assert (found.shown, found.padding.any(), found.inverted) == (None, False, False)
    assert meaning(tmp_path, PhotometricInterpretation="MONOCHROME1").inverted


def test_signed_values_are_twos_complement_of_the_bits_stored(tmp_path):
    found = meaning(tmp_path, np.array([[-2048, -1, 0, 2047]], np.int16))
    assert found.values[found.stored].tolist() == [[-2048, -1, 0, 2047]]


def test_slope_and_intercept(tmp_path):
    found = meaning(tmp_path, RescaleSlope="0.5", RescaleIntercept="-100")
    assert found.values[[0, 200, 4095]].tolist() == [-100, 0, 1947.5]
    with pytest.raises(ImageFileError, match="RescaleSlope is 0"):
        meaning(tmp_path, RescaleSlope=0, RescaleIntercept=0)
    with pytest.raises(ImageFileError, match="not finite"):
        meaning(tmp_path, RescaleSlope="1e308", RescaleIntercept=0)


def test_the_modality_lookup_table_comes_before_slope_and_intercept(tmp_path):
    table = lookup_table(np.arange(0, 1000, 10), first=5, bits=16)
    found = meaning(tmp_path, ModalityLUTSequence=table, RescaleSlope=3, RescaleIntercept=1)
    assert found.values[[0, 5, 6, 104, 4095]].tolist() == [0, 0, 10, 990, 990]


def test_the_first_of_several_windows_is_taken(tmp_path):
    found = meaning(tmp_path, WindowCenter=[2048, 1], WindowWidth=[1000, 2])
    assert np.allclose(found.shown, windowed(found.values, 2048, 1000, "LINEAR"))
    assert (found.shown[1540], found.shown[2560]) == (0, 1)


def test_windows_are_of_rescaled_values(tmp_path):
    found = meaning(tmp_path, RescaleSlope=2, RescaleIntercept=-100, WindowCenter=100, WindowWidth=100)
    assert np.allclose(found.shown, windowed(2 * np.arange(4096.0) - 100, 100, 100, "LINEAR"))


def test_a_lookup_table_comes_before_the_window(tmp_path):
    table = lookup_table(np.arange(255, -1, -1), first=1000, bits=8)
    found = meaning(tmp_path, VOILUTSequence=table, WindowCenter=2048, WindowWidth=1000)
    assert found.shown[[0, 1000, 1255, 4095]].tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("centre", "width"), [(128, 100), (50.5, 1), (200, 300), (0, 7.5)])
def test_windows_equal_pydicoms(function, centre, width):
    values = np.arange(256, dtype=np.uint8)
    elements = Dataset()
    elements.WindowCenter, elements.WindowWidth, elements.VOILUTFunction = centre, width, function
    elements.PhotometricInterpretation, elements.BitsStored, elements.PixelRepresentation = (
        "MONOCHROME2",
        8,
        0,
    )
    expected = apply_windowing(values, elements) / 255
    assert np.allclose(windowed(values.astype(float), centre, width, function), expected, atol=1e-12)


def test_a_window_without_width_is_none_and_an_unknown_function_an_error(tmp_path):
    assert meaning(tmp_path, WindowCenter=100, WindowWidth=0).shown is None
    assert meaning(tmp_path, WindowCenter=100, WindowWidth="0.5").shown is None
    assert meaning(tmp_path, WindowCenter=100, WindowWidth="0.5", VOILUTFunction="SIGMOID").shown is not None
    with pytest.raises(ImageFileError, match="VOILUTFunction is not known"):
        meaning(tmp_path, WindowCenter=100, WindowWidth=50, VOILUTFunction="CUBIC")


def test_padding_is_one_value_or_a_range_in_any_spelling_of_its_sign(tmp_path):
    assert np.flatnonzero(meaning(tmp_path, PixelPaddingValue=7).padding).tolist() == [7]
    found = meaning(tmp_path, PixelPaddingValue=9, PixelPaddingRangeLimit=7)
    assert np.flatnonzero(found.padding).tolist() == [7, 8, 9]
    signed, padding = np.array([[-2000, 0]], np.int16), Dataset()
    for vr, value in (("SS", -2000), ("US", 63_536)):
        padding.add_new("PixelPaddingValue", vr, value)
        found = meaning(tmp_path, signed, PixelPaddingValue=padding["PixelPaddingValue"])
        assert found.padding[found.stored].tolist() == [[True, False]]


@pytest.mark.parametrize(
    "damage", [{"LUTDescriptor": [9, 0, 8]}, {"LUTDescriptor": [4, 0, 13]}, {"LUTData": []}]
)
def test_damaged_tables_are_one_line(tmp_path, damage):
    table = lookup_table(np.arange(4), 0, 8)
    for keyword, value in damage.items():
        setattr(table[0], keyword, value)
    if damage == {"LUTDescriptor": [4, 0, 13]}:
        assert meaning(tmp_path, VOILUTSequence=table).shown.max() < 0.01  # as it says, though it is odd
        return
    with pytest.raises(ImageFileError, match=r"^its tables of grey values are damaged \(\w+\)$"):
        meaning(tmp_path, VOILUTSequence=table)


@pytest.mark.parametrize("entries", [100, 256, 4096])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lookup_tables_of_every_length_and_depth(tmp_path, entries, bits):
    data = np.random.default_rng(bits).integers(0, 1 << bits, entries)
    found = meaning(tmp_path, VOILUTSequence=lookup_table(data, first=10, bits=bits))
    expected = data[(np.arange(4096) - 10).clip(0, entries - 1)] / ((1 << bits) - 1)
    assert np.array_equal(found.shown, expected)


@pytest.mark.parametrize("order", ["<", ">"])
def test_lookup_tables_as_bytes_in_the_order_of_the_file(tmp_path, order):
    data = np.arange(0, 40_000, 10, dtype=f"{order}u2")
    table = lookup_table(data, first=0, bits=16)
    table[0].add_new("LUTData", "OW", data.tobytes())
    made = dataset(VALUES.astype(f"{order}u2"), **TWELVE_BITS, VOILUTSequence=table)
    made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian if order == ">" else ExplicitVRLittleEndian
    made.save_as(tmp_path / "a", enforce_file_format=True)
    with (tmp_path / "a").open("rb") as stream:
        assert np.allclose(stored_values(open_dicom(stream)).shown[:4000] * 65535, data)


def test_a_table_that_begins_below_zero_in_either_spelling(tmp_path):
    values = np.array([[-100, 0]], np.int16)
    for vr, first in (("SS", -200), ("US", 65_336)):
        table = lookup_table(np.arange(300), 0, 16)
        table[0].add_new("LUTDescriptor", vr, [300, first, 16])
        found = meaning(tmp_path, values, ModalityLUTSequence=table)
        assert found.values[found.stored].tolist() == [[100, 200]]

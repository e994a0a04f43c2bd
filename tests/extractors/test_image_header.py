from extractors.image_header import Header, ImageFileError, too_large


def test_the_error_of_a_large_image_is_one_line_with_sides_limit_and_way_out():
    error = too_large(Header("DICOM", "MONOCHROME1", 14, 65535, 40000))
    assert isinstance(error, ImageFileError)
    assert str(error) == (
        "65,535 × 40,000 pixels of 14 bits (MONOCHROME1) are too many: at most 700 MiB are decoded; "
        "reduce the image first"
    )


def test_an_image_is_deep_above_eight_bits():
    assert [Header("PNG", "L", bits, 1, 1).deep for bits in (1, 8, 9, 16)] == [False, False, True, True]

import pytest

from benchmark.datasets.dicom.body_parts import UNKNOWN, part_of


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("HAND", "hand"),
        ("Hand, left", "hand"),
        ("RT_WRIST", "wrist"),
        ("THORAX", "chest"),
        ("UPPER ARM", "humerus"),
        ("LOWER_LEG", "leg"),
        ("CSPINE", "cervical spine"),
        ("C-Spine", "cervical spine"),
        ("EXTREMITY", "extremity"),
        ("LEG", "leg"),
        ("", UNKNOWN),
        ("L", UNKNOWN),
        ("ALL", UNKNOWN),
        ("骨", "骨"),
    ],
)
def test_spellings_sides_and_synonyms(text, part):
    assert part_of(text) == part

import unicodedata

import pytest

from benchmark.datasets.spelling import composed, without_spelling, written_differently


@pytest.mark.parametrize(
    "group",
    [
        ["00012", "12", "12.0", " 12 ", "12.00", "1.2E+01", "１２", "+12", "1 2", "12,0"],
        ["P007", "p7", "P 007", "p\u200b007", "Р007"],  # the last with a Cyrillic letter
        ["anna-b", "ANNA–B", "anna_b", "Anna - B"],
        ["Müller", "Mu\u0308ller", "MÜLLER"],
        ["0", "000", "0.0"],
        ["1234567890123", "1.234567890123e+12"],
    ],
)
def test_spellings_of_one_name_are_found(group: list[str]) -> None:
    assert {without_spelling(name) for name in group} == {without_spelling(group[0])}
    assert written_differently(group) == [tuple(sorted(group))]


def test_different_names_stay_apart() -> None:
    names = [
        "12",
        "120",
        "1.2",
        "12.5",
        "-12",
        "p12",
        "12p",
        "1.2.840.0",
        "1.2.840",
        "1.25e1",
        "anna",
        "anne",
        "1e99999",
    ]
    assert written_differently(names) == []
    assert written_differently(f"patient{n:05d}" for n in range(300)) == []


def test_the_composed_form_is_the_same_for_both() -> None:
    assert composed(unicodedata.normalize("NFD", "é.png")) == "é.png" == composed("é.png")

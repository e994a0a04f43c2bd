from pathlib import Path

import pytest

from benchmark.datasets.column_names import known_names, places_of
from benchmark.errors import UserError

FILE = Path("m.csv")


def test_the_formats_own_names_need_no_note() -> None:
    header = ["split", "path", "extra", "patient", "study", "body_part", "label"]
    places, notes = places_of(FILE, 1, header)
    assert {name: header[place] for name, place in places.items()} == {name: name for name in places}
    assert (len(places), notes) == (6, [])


def test_other_names_cases_and_blanks_are_read_and_said() -> None:
    places, notes = places_of(FILE, 1, ["Image Path", "PATIENT-ID", "Study", "Body Part", "Label", "Set"])
    assert list(places.values()) == [0, 1, 2, 3, 4, 5]
    assert notes == [
        "column 'Image Path' taken for 'path'",
        "column 'PATIENT-ID' taken for 'patient'",
        "column 'Set' taken for 'split'",
    ]


def test_the_formats_own_name_wins_over_another() -> None:
    places, notes = places_of(FILE, 1, ["image", "path", "patient", "study", "body_part", "label"])
    assert (places["path"], notes) == (1, [])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "path,patient_id,subject,study,body_part,label",
            "may be 'patient_id' or 'subject'; rename the right one",
        ),
        ("path,patient,study,body_part,label,Label", "the column 'label' occurs twice"),
        ("path,patient,study,body_part", "the column 'label' is missing"),
        ("path,patient,study,body_prat,label", "'body_part' is missing; is it 'body_prat'?"),
    ],
)
def test_an_ambiguous_or_missing_column_is_refused(header: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        places_of(FILE, 3, header.split(","))
    assert str(error.value).startswith("m.csv:3: ")
    assert message in str(error.value)


def test_a_column_that_may_have_been_the_split_is_said_not_to_be_read() -> None:
    notes = places_of(FILE, 1, ["path", "patient", "study", "body_part", "label", "spilt"])[1]
    assert notes == ["no column 'split' (the column 'spilt' is not read)"]


def test_known_names_are_counted_once_each() -> None:
    assert known_names(["image", "path", "Patient ID", "x"]) == 2
    assert known_names(["path;patient;study"]) == 0

import pandas as pd
import pytest

from benchmark.datasets.dicom.labels import LabelRows
from benchmark.datasets.dicom.naming import named
from benchmark.errors import UserError

KEY = bytes(32)


def images(**columns):
    table = {
        "path": ["a", "b", "c"],
        "image_uid": ["i0", "i1", "i2"],
        "study_uid": ["s0", "s0", "s1"],
        "patient_id": ["P1", "P1", "P2"],
        "issuer": "",
        "body_part": "HAND",
        "view": "pa",
        "laterality": "L",
        "manufacturer": "Acme",
        "modality": "DX",
        **dict.fromkeys(("sex", "age", "birth_date", "study_date", "burned_in"), ""),
        "label": [0, 0, 1],
        "line": [2, 2, 3],
    }
    return pd.DataFrame(table | columns)


def name(match="study_uid", csv=None, **columns):
    rows = LabelRows("l.csv", match, pd.DataFrame(csv or {}, index=[2, 3]), "", ())
    return named(images(**columns), rows, KEY)


def test_rows_hold_digests_instead_of_identifiers():
    table, notes = name()
    text = table.drop(columns="path").to_csv()
    assert not any(identifier in text for identifier in ("i0", "s0", "P1"))
    assert (table["patient"].nunique(), table["study"].nunique(), table["image"].nunique()) == (2, 2, 3)
    assert table["image"].str.fullmatch(r"[0-9a-f]{12}/[0-9a-f]{12}\.dcm").all()
    assert table["view"].tolist() == ["PA"] * 3
    assert notes == ["", "", ""]


def test_other_spellings_of_parts_and_other_modalities_are_said():
    _, notes = name(body_part=["THORAX", "HAND", ""], modality=["CT", "DX", ""], study_uid=["s0", "s1", "s2"])
    assert notes[1] == "BodyPartExamined 'THORAX' taken for 'chest', none taken for 'unknown'"
    assert notes[2] == "no plain radiographs by their Modality: CT in 1 image"


def test_the_part_of_the_labels_wins_where_it_is_given():
    table, _ = name(csv={"body_part": ["WRIST", ""]}, part_given=["WRIST", "WRIST", ""])
    assert sorted(table["body_part"]) == ["hand", "wrist", "wrist"]


def test_a_study_of_two_parts_is_two_units_when_its_images_are_labelled():
    table, _ = name("image_uid", body_part=["HAND", "WRIST", "HAND"], label=[0, 1, 1])
    assert table["study"].nunique() == 3
    assert table["study"].str.rpartition("/")[2].isin(["hand", "wrist"]).sum() == 2


def test_a_label_of_a_study_of_two_parts_is_refused_with_its_line():
    with pytest.raises(UserError, match=r"^l.csv:2: this study shows several body parts"):
        name(body_part=["HAND", "WRIST", "HAND"])


def test_two_labels_in_a_study_are_refused_with_the_line():
    with pytest.raises(UserError, match=r"^l.csv:3: an image of this study has another label"):
        name("image_uid", label=[0, 1, 1], line=[2, 3, 4])


def test_patients_of_the_labels_win_and_must_be_given():
    table, _ = name(csv={"patient": ["x", "x"]}, patient_given=["x", "x", "x"])
    assert table["patient"].nunique() == 1
    with pytest.raises(UserError, match=r"l\.csv:3: 'patient' is empty"):
        name(csv={"patient": ["x", ""]}, patient_given=["x", "x", ""])


def test_one_patient_id_for_all_and_several_spellings_are_said():
    assert "all studies have the same PatientID" in name(patient_id="ANON")[1][0]
    _, notes = name(patient_id=["0012", "12", "13"])
    assert notes[0] == "PatientID of 1 patient in several spellings, taken for one"

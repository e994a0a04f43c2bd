import pandas as pd
import pytest

from benchmark.datasets.dicom.labels import labelled, read_label_rows
from benchmark.errors import UserError
from tests.benchmark.datasets.dicom.studies import write_labels


def images(**columns):
    table = {
        "image_uid": ["i0", "i1", "i2"],
        "study_uid": ["s0", "s0", "s1"],
        "accession_number": ["0012", "0012", "0013"],
    }
    return pd.DataFrame(table | columns, dtype="str")


def read(path, *rows, header="accession_number,label", match=None):
    return read_label_rows(write_labels(path / "l.csv", rows, header), match)


def join(path, *rows, header="accession_number,label", match=None, partial=False, **columns):
    return labelled(images(**columns), read(path, *rows, header=header, match=match), partial=partial)


@pytest.mark.parametrize(
    ("header", "rows", "labels"),
    [
        ("accession_number,label", ("0012,1", "0013,0"), [1, 1, 0]),
        ("Accession,Class", ("0012,abnormal", "0013,normal"), [1, 1, 0]),
        ("StudyInstanceUID;label", ("s0;0", "s1;1"), [0, 0, 1]),
        ("SOP Instance UID,label", ("i0,1", "i1,1", "i2,0"), [1, 1, 0]),
    ],
)
def test_rows_name_studies_or_images_by_a_column_of_known_name(tmp_path, header, rows, labels):
    found, notes = join(tmp_path, *rows, header=header)
    assert (found["label"].tolist(), notes) == (labels, [])
    assert found["line"].tolist()[0] == 2


def test_what_was_taken_for_what_is_said(tmp_path):
    found = read(tmp_path, "0012;abnormal", "0013;normal", header="Accession;Class")
    assert found.notes == (
        "l.csv is read with: fields separated by ';', column 'Accession' taken for 'accession_number', "
        "column 'Class' taken for 'label', label 'normal' taken for 0, 'abnormal' taken for 1",
    )
    assert read(tmp_path, "0012,1", "0013,0").notes == ()


def test_splits_patients_and_parts_come_along(tmp_path):
    header = "accession_number,label,split,patient,body_part"
    found, _ = join(tmp_path, "0012,1,train,a,wrist", "0013,0,val,b,", header=header)
    assert found["split"].tolist() == ["train", "train", "test"]
    assert found["patient_given"].tolist() == ["a", "a", "b"]
    assert found["part_given"].tolist() == ["wrist", "wrist", ""]


def refused(path, *rows, **more):
    with pytest.raises(UserError) as told:
        join(path, *rows, **more)
    message = str(told.value)
    assert "0012" not in message
    assert "0013" not in message
    return message.partition("/l.csv")[2]


def test_ambiguous_columns_are_refused_unless_one_is_chosen(tmp_path):
    header, rows = "accession_number,study_uid,label", ("0012,s1,1", "0013,s0,0")
    assert refused(tmp_path, *rows, header=header) == (
        ":1: rows may be matched by accession_number or study_uid; say which, as 'match: "
        "accession_number' in the grid's dataset (--match of 'data manifest')"
    )
    found, _ = join(tmp_path, *rows, header=header, match="study_uid")
    assert found["label"].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("header", "match", "message"),
    [
        ("name,label", None, ":1: a column accession_number or study_uid or image_uid is missing"),
        ("accession_number,label", "study_uid", ":1: the column 'study_uid' is missing"),
        ("accession_number,finding", None, ":1: the column 'label' is missing"),
    ],
)
def test_missing_columns_are_named(tmp_path, header, match, message):
    assert refused(tmp_path, "0012,1", header=header, match=match).startswith(message)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("0012,1", "0013,maybe"), ":3: 'maybe': label must be 0"),
        (("0012,1", ",0"), ":3: 'accession_number' is empty"),
        (("0012,1", "0013,0", "0012,0"), ":4: another row with the same accession_number has another label"),
        (
            ("0012,1", "0013,0", "0099,1", "0098,1"),
            ":4: no image of the folder has this accession_number; remove",
        ),
        (
            ("12,1", "0013,0"),
            ":2: no image of the folder has this accession_number, but one has it in another spelling",
        ),
        (("0012,1",), ": 1 image of 1 study of the folder has no row"),
    ],
)
def test_rows_that_cannot_be_used_are_refused_with_their_line(tmp_path, rows, message):
    assert refused(tmp_path, *rows).startswith(message)


def test_an_accession_number_of_two_studies_is_refused(tmp_path):
    message = refused(tmp_path, "0012,1", accession_number=["0012", "0012", "0012"])
    assert message.startswith(":2: this accession number is of several studies")


def test_partial_leaves_out_what_has_no_partner_and_says_so(tmp_path):
    found, notes = join(tmp_path, "0012,1", "0099,0", partial=True)
    assert found["label"].tolist() == [1, 1]
    assert notes == [
        "l.csv: 1 image of 1 study without a row is left out, 1 row without an image is not used"
    ]
    assert refused(tmp_path, "0099,0", partial=True).startswith(": no row names an image of the folder")


def test_equal_rows_count_once(tmp_path):
    assert join(tmp_path, "0012,1", "0012,1", "0013,0")[0]["label"].tolist() == [1, 1, 0]


def test_no_file_and_no_rows(tmp_path):
    with pytest.raises(UserError, match="there is no such file of labels"):
        read_label_rows(tmp_path / "none.csv", None)
    with pytest.raises(UserError, match="has no row"):
        read(tmp_path)


def test_two_rows_of_a_study_may_both_leave_a_finding_blank(tmp_path):
    rows = ("0012,1,", "0012,1,", "0013,0,1", "0014,0,0")
    table = write_labels(tmp_path / "l.csv", rows, "accession_number,label:a,label:b")
    found = read_label_rows(table, None, "multilabel").rows
    assert found["label:b"].isna().tolist() == [True, False, False]
    write_labels(table, ("0012,1,", "0012,1,0", *rows[2:]), "accession_number,label:a,label:b")
    with pytest.raises(
        UserError, match=r"l\.csv:3: another row with the same accession_number has another label:b"
    ):
        read_label_rows(table, None, "multilabel")


def test_a_grade_that_is_empty_is_named_by_its_line(tmp_path):
    table = write_labels(tmp_path / "l.csv", ("0012,1", "0013,", "0014,2"))
    with pytest.raises(UserError, match=r"l\.csv:3: 'label' is empty"):
        read_label_rows(table, None, "ordinal")

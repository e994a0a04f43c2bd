from pathlib import Path

import pytest

from benchmark.errors import UserError
from benchmark.setup.abnormal import abnormal_classes
from benchmark.setup.asked import AbnormalNotKnownError

DATA = Path("data")


@pytest.mark.parametrize(
    ("classes", "abnormal"),
    [
        (("abnormal", "normal"), "abnormal"),
        (("normal", "pneumonia"), "pneumonia"),
        (("fractured", "not fractured"), "fractured"),
        (("effusion", "no_finding"), "effusion"),
        (("0", "1"), "1"),
        (("healthy", "tb"), "tb"),
    ],
)
def test_words_that_leave_no_doubt_are_taken_and_said(classes, abnormal):
    chosen, note = abnormal_classes(DATA, classes, ())
    assert chosen == {abnormal}
    assert note.startswith(f"'{abnormal}' taken for abnormal")


@pytest.mark.parametrize("classes", [("a", "b"), ("normal", "negative"), ("nodule", "mass"), ("noise", "x")])
def test_doubt_is_an_error_that_names_the_option(classes):
    with pytest.raises(AbnormalNotKnownError, match="--abnormal") as told:
        abnormal_classes(DATA, classes, ())
    assert told.value.classes == classes


def test_of_three_classes_the_way_to_map_them_is_said():
    with pytest.raises(AbnormalNotKnownError, match=r"--task multiclass .*--abnormal bacteria,virus"):
        abnormal_classes(DATA, ("bacteria", "normal", "virus"), ())
    assert abnormal_classes(DATA, ("bacteria", "normal", "virus"), ("Virus", "bacteria"))[0] == {
        "bacteria",
        "virus",
    }


@pytest.mark.parametrize("asked", [("c",), ("a", "b")])
def test_names_that_do_not_divide_the_classes_are_refused(asked):
    with pytest.raises(UserError, match="found: 'a', 'b'"):
        abnormal_classes(DATA, ("a", "b"), asked)

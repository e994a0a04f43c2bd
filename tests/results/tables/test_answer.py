"""A row for each body part, with what a reader needs and no column that says nothing."""

from results.tables.answer import answer_table
from tests.results.tables.conftest import NUMBERS, difference_rows


def rows_of(parts=("all", "wrist"), **changes):
    found = difference_rows(parts=parts, sizes=("full",), backbones=("resnet50",))
    extra = {"size": "all 4,931", "images": 4931, "patients": 1755, "fewer_images": "", "caution": ""}
    return [row | extra | changes for row in found if row["comparison"] == found[0]["comparison"]]


def test_a_row_has_size_difference_interval_and_verdict(printed):
    row = printed(answer_table(rows_of(difference=-0.03, low=-0.05, high=-0.01), **NUMBERS))[0]
    assert row == {
        "body part": "all parts",
        "images": "all 4,931",
        "difference": "−0.030",
        "95 % interval": "[−0.050, −0.010]",
        "verdict": "not decided",
    }


def test_columns_come_where_they_tell_something(printed):
    first, *_ = printed(answer_table(rows_of(fewer_images="freeze with 100"), **NUMBERS))
    assert first["with fewer images"] == "freeze with 100"
    networks = [*rows_of(), *rows_of(backbone="densenet169")]
    assert "backbone" in printed(answer_table(networks, **NUMBERS))[0]
    asked = [*rows_of(), *rows_of(comparison="adapted − frozen")]
    assert printed(answer_table(asked, **NUMBERS))[-1]["comparison"] == "adapted − frozen"


def test_the_note_says_what_a_verdict_is_and_why_to_doubt_it():
    note = answer_table(rows_of(caution="all seeds have the same training images"), **NUMBERS).note
    assert "Not decided shows neither a difference nor equality." in note
    assert "Caution (all parts, wrist): all seeds have the same training images." in note
    assert "Caution" not in answer_table(rows_of(), **NUMBERS).note


def test_the_values_are_whole_in_the_csv():
    frame = answer_table(rows_of(), **NUMBERS).frame
    assert {"first", "second", "difference", "low", "high", "verdict", "detectable", "images"} <= set(frame)

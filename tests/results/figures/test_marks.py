"""Every value has a mark of its own, as far as there are marks."""

from results.figures.marks import JUDGED, LABELS, OTHERS, SHAPES, SIDES, marks_of, present
from results.outcomes import CLASSES, OUTCOMES


def test_marks_differ_in_colour_and_have_a_shape_that_is_known():
    for marks in (LABELS, SIDES, JUDGED, marks_of("abcdefg")):
        assert len({mark.color for mark in marks.values()}) == len(marks)
        assert {mark.shape for mark in marks.values()} <= SHAPES.keys()
    assert set(LABELS) == set(CLASSES)
    assert set(OUTCOMES) < set(JUDGED)


def test_right_and_wrong_differ_in_shape_too():
    shapes = [JUDGED[name].shape for name in OUTCOMES]
    assert len(set(shapes)) == 4


def test_the_most_frequent_values_have_the_marks():
    marks = marks_of([*"aabbbcdefghij"])
    assert list(marks) == ["b", "a", "c", "d", "e", "f", "g", OTHERS]
    assert list(marks_of("ccb")) == ["c", "b"]


def test_only_what_occurs_is_in_a_legend():
    assert list(present(JUDGED, ["true positive", "no prediction"])) == ["no prediction", "true positive"]

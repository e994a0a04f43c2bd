import numpy as np
import pytest

from classifiers.label_problems import LabelProblems, named_by_problem

GRADES = LabelProblems("ordinal", ("0", "1", "2"))
CLASSES = LabelProblems("multiclass", ("a", "b", "c"))
FINDINGS = LabelProblems("multilabel", ("x", "y"))
TRUTH = np.eye(3)


def test_a_grade_is_a_chain_of_questions_whether_it_is_that_or_more() -> None:
    assert GRADES.names == ("1 or more", "2 or more")
    assert GRADES.targets(TRUTH).tolist() == [[0, 0], [1, 0], [1, 1]]
    assert GRADES.combine(np.array([[0.7, 0.2]])) == pytest.approx(np.array([[0.3, 0.5, 0.2]]))


def test_probabilities_of_grades_are_never_negative() -> None:
    found = GRADES.combine(np.array([[0.2, 0.7]]))
    assert found == pytest.approx(np.array([[0.8, 0.0, 0.2]]))


def test_classes_are_each_against_the_rest_and_sum_to_one() -> None:
    assert CLASSES.targets(TRUTH) is TRUTH
    assert CLASSES.combine(np.array([[0.6, 0.3, 0.3]])) == pytest.approx(np.array([[0.5, 0.25, 0.25]]))
    assert CLASSES.combine(np.zeros((1, 3))) == pytest.approx(np.full((1, 3), 1 / 3))


def test_findings_stay_as_they_are() -> None:
    truth = np.array([[1.0, np.nan]])
    assert FINDINGS.targets(truth) is truth
    assert FINDINGS.combine(np.array([[0.9, 0.8]])).tolist() == [[0.9, 0.8]]


def test_thresholds_are_of_the_rows_that_were_read() -> None:
    truth = np.array([[1, 1], [1, np.nan], [0, 0], [0, 0]], float)
    held_out = np.array([[0.9, 0.4], [0.8, 0.1], [0.2, 0.3], [0.1, 0.2]])
    found = FINDINGS.thresholds(held_out, truth)
    assert found == {"x": pytest.approx(0.5), "y": pytest.approx(0.35)}
    assert FINDINGS.thresholds(held_out, np.ones((4, 2))) == {}


def test_parameters_are_named_by_problem() -> None:
    assert named_by_problem({"a": {"C": 1.0}, "b": {"C": 0.1}}) == {"a: C": 1.0, "b: C": 0.1}

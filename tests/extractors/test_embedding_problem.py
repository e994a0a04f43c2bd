"""What is wrong with an embedding, in words."""

import numpy as np
import pytest

from extractors.embedding_problem import problem_of


def test_rows_that_differ_and_are_finite_are_fine():
    assert problem_of(np.arange(12.0).reshape(3, 2, 2)) == ""


@pytest.mark.parametrize(("dtype", "kind"), [(np.float16, " of float16"), (np.float32, "")])
def test_a_value_that_is_not_finite_is_found_wherever_it_is(dtype, kind):
    values = np.arange(1200).reshape(600, 2).astype(dtype)
    values[599, 1] = np.inf
    assert problem_of(values) == f"gave values that are not finite numbers{kind}"


def test_equal_rows_are_wrong_unless_they_are_a_part():
    values = np.ones((600, 3, 2), np.float16)
    assert problem_of(values).startswith("gives every image the same vector")
    assert problem_of(values, part=True) == ""
    assert problem_of(values[:1]) == ""

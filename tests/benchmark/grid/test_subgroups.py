import pytest
from pydantic import ValidationError

from benchmark.grid.schema import Evaluation


def test_a_name_and_a_column_with_bounds_are_subgroups():
    asked = Evaluation.model_validate({"subgroups": ["sex", {"column": "age", "bounds": [18, 65]}]})
    assert [(one.column, one.bounds) for one in asked.subgroups] == [("sex", ()), ("age", (18.0, 65.0))]
    assert Evaluation.model_validate(asked.model_dump()) == asked


@pytest.mark.parametrize(
    ("subgroups", "message"),
    [
        (["sex", "sex"], "'sex' is listed twice"),
        ([{"column": "age", "bounds": [65, 18]}], "each bound must be above the one before"),
        ([{"column": "age", "bonds": [18]}], "unknown key; did you mean 'bounds'"),
        ([{"column": "age", "bounds": [18], "tertiles": True}], "at bounds or at tertiles: give one of both"),
        ([3], "valid string"),
        ([""], "at least 1 character"),
    ],
)
def test_mistakes_are_named(subgroups, message):
    with pytest.raises(ValidationError, match=message):
        Evaluation.model_validate({"subgroups": subgroups})

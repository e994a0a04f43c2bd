"""Settings of a file: unknown keys, repeated values and names that do not exist are said with the nearest."""

import pytest
from pydantic import Field, ValidationError

from extractors.validation import Strict, did_you_mean, one_of


class Section(Strict):
    MAY_REPEAT = ("widths",)
    name: str = ""
    seeds: list[int] = Field(default=[])
    widths: list[int] = Field(default=[])
    mean: tuple[float, ...] = ()


def test_an_unknown_key_names_the_nearest_and_all_that_are_allowed():
    with pytest.raises(ValidationError) as error:
        Section.model_validate({"nmae": "x"})
    (detail,) = error.value.errors()
    assert detail["msg"] == "unknown key; did you mean 'name'?; allowed: name, seeds, widths, mean"
    assert detail["ctx"] == {"key": "nmae"}


def test_a_list_may_not_repeat_a_value_unless_it_may():
    with pytest.raises(ValidationError, match="'1' is listed twice"):
        Section(seeds=[1, 2, 1])
    assert Section(widths=[8, 8]).widths == [8, 8]
    assert Section(mean=(0.5, 0.5, 0.5)).mean == (0.5, 0.5, 0.5), "numbers of channels may be equal"


def test_nothing_changes_after_reading():
    with pytest.raises(ValidationError, match="frozen"):
        Section().name = "y"


@pytest.mark.parametrize(
    "allowed", [("pad", "crop"), lambda: iter(["pad", "crop"])], ids=["names", "function"]
)
def test_one_of_takes_names_or_what_gives_them(allowed):
    check = one_of(allowed, "fit").func
    assert check("crop") == "crop"
    for wrong in ("corp", None, ["pad"]):
        with pytest.raises(ValueError, match=r"there is no fit '.*; allowed: pad, crop"):
            check(wrong)


def test_a_registry_is_read_at_each_check():
    known = ["pad"]
    check = one_of(lambda: known, "fit").func
    with pytest.raises(ValueError, match="no fit 'crop'"):
        check("crop")
    known.append("crop")
    assert check("crop") == "crop"


def test_a_hint_is_given_only_where_something_is_near():
    assert did_you_mean("corp", ("pad", "crop")) == "; did you mean 'crop'?; allowed: pad, crop"
    assert did_you_mean("xyz", ("pad", "crop")) == "; allowed: pad, crop"

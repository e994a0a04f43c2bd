import pytest
from pydantic import ValidationError

from benchmark.grid.label_noise import LabelNoise


def test_one_share_or_several():
    assert LabelNoise.model_validate({"share": 0.1}).share == (0.1,)
    assert LabelNoise.model_validate({"share": [0, 0.1, 0.2]}).share == (0, 0.1, 0.2)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (0.5, "less than 0.5"),
        (-0.1, "greater than or equal to 0"),
        ([0.2, 0.1], "each share must be above the one before"),
        ([0.1, 0.1], "each share must be above the one before"),
        ([0.1, 0.1000001], "two shares are alike in their first six digits"),
        ([], "at least 1 item"),
        ("much", "valid number"),
    ],
)
def test_mistakes_are_named(share, message):
    with pytest.raises(ValidationError, match=message):
        LabelNoise.model_validate({"share": share})

import math

import pytest

from extractors.normalisation import check_normalisation


@pytest.mark.parametrize(
    ("mean", "std"),
    [
        (None, None),
        ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
        ((0.0,), (1 / 255,)),
        (None, (0.25,)),
        ((0.5,), None),
    ],
)
def test_values_of_pixels_in_0_to_1_are_taken(mean, std):
    check_normalisation(mean, std)


@pytest.mark.parametrize(
    ("mean", "std", "said"),
    [
        (
            (123.675, 116.28, 103.53),
            (58.395, 57.12, 57.375),
            r"^mean: .* divide .*: mean: \[0.485, 0.456, 0.406\]",
        ),
        ((0.485,) * 3, (58.395, 57.12, 57.375), r"^std: .* divide .*: std: \[0.229, 0.224, 0.225\]"),
        ((-123.0,), (0.2,), "^mean: .*255"),
        ((-0.5,), (0.2,), "^mean: .* below 0"),
        ((0.5,), (0.0,), "^std: .* above 0"),
        ((0.5,) * 3, (-0.1, 0.2, 0.2), "^std: .* above 0"),
        ((0.5,), (0.2, 0.2, 0.2), "mean has 1 values and std has 3"),
        ((), (0.2,), "^mean: .* finite"),
        ((math.nan,), (0.2,), "^mean: .* finite"),
        ((0.5,), (math.inf,), "^std: .* finite"),
    ],
)
def test_other_values_are_refused_with_the_way_out(mean, std, said):
    with pytest.raises(ValueError, match=said):
        check_normalisation(mean, std)

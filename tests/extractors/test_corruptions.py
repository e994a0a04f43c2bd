"""Corruptions grow with their strength, are the same in every run, and keep shape and type."""

import numpy as np
import pytest

from extractors.corruptions import CORRUPTIONS, corrupt


@pytest.fixture(scope="module")
def square():
    """A bright disc with a fine pattern on a dark ground."""
    y, x = np.mgrid[:224, :224] - 112
    return (np.where(x**2 + y**2 < 4900, 170, 40) + 20 * ((x + y) % 2)).astype(np.uint8)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_a_stronger_corruption_is_further_from_the_image(square, kind):
    before = square.copy()
    made = [corrupt(square, kind, strength, "a.png") for strength in range(1, 6)]
    far = [float(np.abs(one.astype(float) - square).mean()) for one in made]
    assert far[0] > 0
    assert far == sorted(far)
    assert {(one.shape, one.dtype.name) for one in made} == {((224, 224), "uint8")}
    assert (square == before).all()


def test_noise_depends_on_the_name_of_the_image_alone(square):
    one, again, other = (corrupt(square, "noise", 3, name) for name in ("a", "a", "b"))
    assert (one == again).all()
    assert (one != other).any()


def test_the_strongest_inversion_is_the_negative(square):
    assert (corrupt(square, "inversion", 5, "") == 255 - square).all()


@pytest.mark.parametrize(
    ("kind", "strength", "error"), [("fog", 1, KeyError), ("blur", 0, IndexError), ("blur", 6, IndexError)]
)
def test_what_is_not_there_is_refused(square, kind, strength, error):
    with pytest.raises(error):
        corrupt(square, kind, strength, "")

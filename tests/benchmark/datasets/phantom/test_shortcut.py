import numpy as np
import pytest

from benchmark.datasets.phantom.planted import HARDWARE, LETTER, SHORTCUTS
from benchmark.datasets.phantom.shortcut import draw_shortcut

FILM = np.full((64, 48), 60, np.uint8)


@pytest.mark.parametrize("kind", SHORTCUTS)
def test_the_same_draws_give_the_same_picture_and_the_image_itself_stays(kind: str) -> None:
    first, second = (draw_shortcut(FILM, kind, True, np.random.default_rng(1)) for _ in range(2))
    assert (first == second).all()
    assert first.shape == FILM.shape
    assert (FILM == 60).all()
    assert (first != FILM).any()


def test_a_letter_is_always_there_and_another_one_without_the_shortcut() -> None:
    shown, other = (draw_shortcut(FILM, LETTER, shown, np.random.default_rng(1)) for shown in (True, False))
    assert (other != FILM).any()
    assert (shown != other).any()
    assert (shown != other).mean() < 0.05


def test_hardware_is_there_or_not() -> None:
    assert (draw_shortcut(FILM, HARDWARE, False, np.random.default_rng(1)) == FILM).all()

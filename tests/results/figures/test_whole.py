"""The check of pictures fails where it should."""

import pytest
from matplotlib.figure import Figure


@pytest.fixture
def figure():
    """An empty picture with room for text."""
    return Figure(figsize=(3, 2))


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([(0.2, 0.5, "small", 6)], "below 7 pt"),
        ([(0.9, 0.5, "too far to the right", 8)], "cut off"),
        ([(0.2, 0.5, "one", 8), (0.2, 0.52, "two", 8)], "over one another"),
    ],
)
def test_small_cut_and_covered_text_is_found(figure, whole, texts, reason):
    for x, y, text, size in texts:
        figure.text(x, y, text, fontsize=size)
    with pytest.raises(AssertionError, match=reason):
        whole(figure)


def test_readable_text_passes(figure, whole):
    figure.text(0.2, 0.5, "one", fontsize=8)
    assert whole(figure).min() < 100

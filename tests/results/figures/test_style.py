"""A styled figure has the fonts of the style and leaves matplotlib's settings alone."""

import matplotlib
from matplotlib.figure import Figure

from results.figures.style import SMALL, styled


def test_a_styled_picture_keeps_its_text_and_leaves_the_settings_alone():
    before = matplotlib.rcParams["font.size"]

    @styled
    def plot(_):
        figure = Figure(figsize=(2, 2))
        figure.subplots()
        return figure

    figure = plot(None)
    assert matplotlib.rcParams["font.size"] == before
    figure.axes[0].plot([0, 1000], [0, 1000])
    figure.draw_without_rendering()
    assert {label.get_fontsize() for label in figure.axes[0].get_xticklabels()} == {SMALL}

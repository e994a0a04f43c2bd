"""Confusion matrices count truth by row."""

import numpy as np
import pytest

from results.figures import ConfusionMatrices, ConfusionMatrix
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

MATRIX = ConfusionMatrix([0, 0, 1, 1, 1], [0.1, 0.5, 0.4, 0.6, 0.9], threshold=0.5, title="wrist")


def test_the_confusion_matrix_counts_truth_by_row(whole):
    assert np.array_equal(MATRIX.frame().to_numpy(), [[1, 1], [1, 2]])
    drawn = MATRIX.plot()
    assert [text.get_text() for text in drawn.axes[0].texts] == ["1\n50%", "1\n50%", "1\n33%", "2\n67%"]
    whole(drawn)


def test_a_class_without_a_row_is_no_division_by_zero(whole):
    whole(ConfusionMatrix([1, 1], [0.2, 0.9], 0.5, "abnormal alone").plot())


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
@pytest.mark.parametrize("count", [1, 5])
def test_several_matrices_stand_side_by_side(whole, width, count):
    figure = ConfusionMatrices([MATRIX] * count, width=width)
    assert figure.frame().iloc[1].tolist() == ["wrist", "abnormal", 1, 2]
    drawn = figure.plot()
    assert len(drawn.axes) == count
    whole(drawn)


def test_no_matrix_is_refused():
    with pytest.raises(ValueError, match="no confusion matrix"):
        ConfusionMatrices([]).plot()

import pytest
from matplotlib import pyplot as plt

from results.figures.class_confusion import ClassConfusion, ClassConfusions

ONE = ClassConfusion(
    [0, 0, 1, 2, 2], [0, 1, 1, 2, 0], ["none", "mild", "a very long name of a grade"], "hand"
)


def test_rows_are_the_truth_and_columns_the_most_probable_class():
    frame = ONE.frame()
    assert frame.loc["none"].tolist() == [1, 1, 0]
    assert frame.to_numpy().sum() == 5
    assert frame.index.name == "truth"


def test_the_picture_has_a_number_for_each_pair():
    figure = ONE.plot()
    (axis,) = figure.axes
    assert len(axis.texts) == 9
    assert [label.get_text() for label in axis.get_xticklabels()][2] == "a very long n…"
    plt.close(figure)


def test_several_stand_side_by_side_and_their_values_in_one_table():
    several = ClassConfusions([ONE, ONE, ONE])
    assert len(several.frame()) == 27
    assert several.frame().columns.tolist() == ["matrix", "truth", "predicted", "count"]
    figure = several.plot()
    assert len(figure.axes) == 3
    plt.close(figure)
    with pytest.raises(ValueError, match="no confusion matrix"):
        ClassConfusions([]).frame()

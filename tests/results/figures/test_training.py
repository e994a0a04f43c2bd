"""Training curves count epochs through all stages of a fine-tuning."""

import pytest

from results.figures import TrainingCurves
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

HISTORY = [
    {
        f"{part}_{name}": 0.5 + 0.01 * epoch
        for part in ("train", "validation")
        for name in ("loss", "accuracy", "auroc")
    }
    | {"learning_rate": 1e-3, "stage": 1, "validation_auroc": None if epoch == 1 else 0.7}
    for epoch in range(3)
]


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_training_curves_count_epochs_through_all_stages(whole, width):
    figure = TrainingCurves(HISTORY, "wrist", width)
    table = figure.frame()
    assert table["step"].tolist() == [1, 2, 3]
    assert table["stage"].tolist() == [1, 1, 1]
    drawn = figure.plot()
    assert drawn.axes[0].lines[0].get_ydata().tolist() == table["train_loss"].tolist()
    assert drawn.axes[1].lines[1].get_ydata().tolist() == table["validation_accuracy"].tolist()
    whole(drawn)


def test_many_epochs_go_without_markers():
    drawn = TrainingCurves(HISTORY * 20, "wrist").plot()
    assert drawn.axes[0].lines[0].get_marker() == ""


def test_no_epoch_is_refused():
    with pytest.raises(ValueError, match="there is no row to draw"):
        TrainingCurves([], "wrist").plot()

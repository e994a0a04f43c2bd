"""Figures hold the numbers that they draw."""

import io

import numpy as np
import pytest

from results.figures import ConfusionMatrix, HeadToHead, TrainingCurves

ROWS = [
    {
        "backbone": backbone,
        "train_images": size,
        "frozen": 0.8,
        "fine_tuned": value,
        "difference": value - 0.8,
        "low": value - 0.85,
        "high": value - 0.77,
    }
    for backbone in ("densenet169", "resnet50")
    for size, value in ((1000, 0.85), (100, 0.75))
]
HISTORY = [
    {f"{part}_{name}": 0.5 for part in ("train", "validation") for name in ("loss", "accuracy", "auroc")}
    | {"learning_rate": 1e-3}
] * 3


def is_drawn(figure):
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue().startswith(b"\x89PNG")


def test_the_head_to_head_has_a_column_per_backbone_and_sizes_in_order():
    figure = HeadToHead(ROWS, "study auroc", "wrist")
    assert figure.frame()["train_images"].tolist() == [100, 1000] * 2
    drawn = figure.plot()
    assert len(drawn.axes) == 4
    line = drawn.axes[0].lines[1]
    assert line.get_ydata().tolist() == pytest.approx([0.75, 0.85])
    assert is_drawn(drawn)


def test_an_undefined_difference_leaves_a_gap():
    gap = ROWS[0] | dict.fromkeys(("fine_tuned", "difference", "low", "high"))
    assert is_drawn(HeadToHead([gap, *ROWS[1:]], "study auroc", "wrist").plot())


def test_training_curves_count_epochs_through_all_stages():
    figure = TrainingCurves(HISTORY, "wrist")
    assert figure.frame()["step"].tolist() == [1, 2, 3]
    assert is_drawn(figure.plot())


def test_the_confusion_matrix_counts_truth_by_row():
    figure = ConfusionMatrix([0, 0, 1, 1, 1], [0.1, 0.5, 0.4, 0.6, 0.9], threshold=0.5, title="wrist")
    assert np.array_equal(figure.frame().to_numpy(), [[1, 1], [1, 2]])
    assert is_drawn(figure.plot())

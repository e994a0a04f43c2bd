"""ROC and precision-recall curves: lines, bands, areas and operating points."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from results.figures import PrecisionRecallCurves, RocCurves, Scores
from results.figures.style import ONE_COLUMN, TWO_COLUMNS

RADIOLOGISTS = [
    {"name": "radiologist 1", "sensitivity": 0.82, "specificity": 0.9},
    {"name": "radiologist 2", "sensitivity": 0.9, "specificity": 0.75},
]
BOTH = pytest.mark.parametrize("figure_class", [RocCurves, PrecisionRecallCurves])


@BOTH
@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_lines_bands_and_operating_points_are_drawn(figure_class, three_scores, whole, width):
    drawn = figure_class(three_scores, "study", RADIOLOGISTS, width=width, resamples=100).plot()
    labels = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert [label.split(":")[0] for label in labels[:3]] == ["frozen", "fine-tuned", "hand-crafted"]
    assert labels[3:] == ["threshold chosen in training", "radiologist 1", "radiologist 2"]
    assert len(drawn.axes[0].collections) == 3
    whole(drawn)


@BOTH
def test_the_frame_holds_what_is_drawn(figure_class, three_scores):
    figure = figure_class(three_scores[:1], "study", resamples=100)
    table, axis = figure.frame(), figure.plot().axes[0]
    curve = table[table["kind"] == "curve"]
    line = next(line for line in axis.lines if len(line.get_xdata()) > 100)
    assert np.array_equal(line.get_xydata(), curve[["x", "y"]])
    assert (curve["low"] <= curve["y"] + 1e-12).mean() > 0.95
    assert (curve["y"] <= curve["high"] + 1e-12).mean() > 0.95
    assert (curve["high"] - curve["low"]).max() > 0.02


def test_areas_are_those_of_the_metrics(three_scores):
    for figure_class, reference in (
        (RocCurves, roc_auc_score),
        (PrecisionRecallCurves, average_precision_score),
    ):
        row = figure_class(three_scores, "study", resamples=200).frame().iloc[0]
        assert row["area"] == pytest.approx(reference(three_scores[0].labels, three_scores[0].probabilities))
        assert row["area_low"] < row["area"] < row["area_high"]


def test_operating_points_are_ours_and_others(three_scores):
    table = RocCurves(three_scores, "study", RADIOLOGISTS, resamples=20).frame().set_index("name")
    sensitivity, specificity = three_scores[0].operating_point()
    ours = table[table["kind"] == "threshold"].loc["frozen", ["x", "y"]].tolist()
    assert ours == pytest.approx([1 - specificity, sensitivity])
    assert table.loc["radiologist 1", ["x", "y"]].tolist() == pytest.approx([0.1, 0.82])


def test_without_thresholds_and_others_there_are_curves_alone(make_scores, whole):
    figure = RocCurves([make_scores(threshold=None)], "image", resamples=20)
    assert set(figure.frame()["kind"]) == {"curve"}
    whole(figure.plot())


def test_lines_of_one_strategy_differ_in_look(make_scores, whole):
    lines = [
        make_scores(name, "fine_tuning", seed=seed) for seed, name in enumerate(("densenet169", "resnet50"))
    ]
    drawn = RocCurves(lines, "study", resamples=20).plot()
    found = [line for line in drawn.axes[0].lines if len(line.get_xdata()) > 100]
    assert len({(line.get_color(), line.get_linestyle()) for line in found}) == 2
    whole(drawn)


def test_two_patients_leave_bands_undefined_without_a_warning(whole):
    few = Scores("few", "fine_tuning", [0, 0, 1], [0.2, 0.3, 0.9], ["p", "p", "q"])
    figure = RocCurves([few], "study", resamples=9)  # of which five or more draw one patient twice
    row = figure.frame().iloc[0]
    assert (row["area"], row["area_low"]) == (1, pytest.approx(0.05))
    drawn = figure.plot()
    assert drawn.legends[0].get_texts()[0].get_text() == "few: 1.000 [0.050, 1.000]"
    whole(drawn)


@BOTH
def test_what_cannot_be_drawn_is_refused_in_one_line(figure_class, make_scores):
    for scores, reason in (
        ([], "no prediction"),
        ([make_scores()] * 2, "two lines"),
        ([make_scores(str(n), "x", seed=n) for n in range(8)], "more than 7 lines"),
    ):
        with pytest.raises(ValueError, match=reason):
            figure_class(scores, "study", resamples=2).plot()

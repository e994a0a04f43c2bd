"""The heat map shows our cells by strategy, and below them the published ones with their citations."""

import pandas as pd
import pytest

from results.figures import HeatMap
from results.figures.style import ONE_COLUMN, TWO_COLUMNS
from results.published import comparable

PARTS = ("elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist", "all")
ROWS = [
    {"strategy": strategy, "name": name, "body_part": part, "value": 0.05 * number + shift}
    for strategy, name, shift in (
        ("fine_tuning", "resnet50", 0.4),
        ("feature_extraction", "resnet50", 0.3),
        ("feature_extraction", "inception_resnet_v2", -0.06),
    )
    for number, part in enumerate(PARTS)
]


def published(unit="study", metric="cohens_kappa", parts=PARTS):
    place = {"dataset": "mura", "protocol": "official", "evaluated_on": "valid"}
    return comparable(**place, unit=unit, metric=metric, body_parts=parts)


def texts(axis):
    return [text.get_text() for text in axis.texts]


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_published_values_stand_below_ours_with_numbered_citations(whole, width):
    figure = HeatMap(ROWS, "cohens_kappa", "study", published(), width=width)
    table = figure.frame()
    assert table["block"].unique().tolist()[:3] == ["frozen", "fine-tuned", "published, fine-tuned"]
    cell = table[(table["name"] == "DenseNet-169 [1]") & (table["body_part"] == "wrist")]
    assert cell["value"].tolist() == [0.7097]
    assert "ilias-ant" in cell["citation"].item()
    drawn = figure.plot()
    assert "[1] ilias-ant/x-ray-abnormality-detection" in drawn._supxlabel.get_text()
    whole(drawn)


def test_cells_show_their_values_and_a_dash_where_undefined(whole):
    rows = [*ROWS[:3], ROWS[3] | {"value": None}, *ROWS[16:18]]
    drawn = HeatMap(rows, "cohens_kappa", "study", width=ONE_COLUMN).plot()
    frozen, tuned = drawn.axes
    assert texts(tuned)[:4] == [".40", ".45", ".50", "–"]
    assert texts(frozen)[:4] == ["−.06", "−.01", "–", "–"]
    assert [label.get_text() for label in tuned.get_xticklabels()] == list(PARTS[:4])
    whole(drawn)


def test_hand_crafted_values_differ_by_the_classifier_in_their_citation():
    names = HeatMap(ROWS, "cohens_kappa", "study", published()).frame()
    crafted = names[names["block"] == "published, hand-crafted"]
    assert crafted["name"].nunique() == 4
    assert crafted["citation"].str.contains("RandomForest|kNN|LogisticRegression|SVM").all()


def test_radiologists_come_before_all_other_published_values(whole):
    row = {"method": "radiologist", "backbone": "", "classifier": "", "body_part": "all", "value": 0.778}
    rows = pd.concat([published(), pd.DataFrame([row | {"citation": "A: page 1"}])], ignore_index=True)
    figure = HeatMap(ROWS, "cohens_kappa", "study", rows)
    told = figure.frame()[lambda table: table["citation"] != ""].iloc[0]
    assert told[["block", "name", "value"]].tolist() == ["published, radiologists", "radiologists [1]", 0.778]
    whole(figure.plot())


def test_published_values_of_other_parts_are_left_out():
    table = HeatMap(ROWS[:1], "cohens_kappa", "study", published()).frame()
    assert set(table["body_part"]) == {"elbow"}


@pytest.mark.parametrize("unit", ["study", "image"])
@pytest.mark.parametrize(
    "metric", ["auroc", "average_precision", "cohens_kappa", "accuracy", "balanced_accuracy", "f1"]
)
def test_every_metric_of_the_literature_fits(unit, metric):
    rows = published(unit, metric)
    table = HeatMap(ROWS, metric, unit, rows).frame()
    assert (table["citation"] != "").sum() == len(rows)


def test_two_values_of_one_cell_are_refused():
    with pytest.raises(ValueError, match="two rows for fine-tuned · resnet50 · elbow"):
        HeatMap(ROWS + ROWS[:1], "cohens_kappa", "study").plot()

import numpy as np
import pandas as pd

from benchmark.datasets.rows_by_class import NO_FINDING, class_names, labels_apart, rows_by_class
from results.label_tasks import TWO_CLASSES, LabelTask

IMAGES = pd.DataFrame({"image": ["a", "b", "c"], "label": [1, 0, 1]})
FINDINGS = pd.DataFrame(
    {
        "image": ["a", "b", "c"],
        "label": [2, 0, 1],
        "label:x": [1.0, 0.0, np.nan],
        "label:y": [1.0, np.nan, 1.0],
    }
)
TASK = LabelTask("multilabel", ("x", "y"))


def test_two_classes_stay_as_they_are():
    assert rows_by_class(IMAGES, TWO_CLASSES) is IMAGES
    assert class_names(TWO_CLASSES) == ("normal", "abnormal")


def test_grades_have_their_names_in_their_order():
    rows = rows_by_class(IMAGES, LabelTask("ordinal", ("z", "a")))
    assert rows["label"].tolist() == ["a", "z", "a"]
    assert rows.groupby("label", observed=True).size().index.tolist() == ["z", "a"]


def test_an_image_counts_under_each_of_its_findings_or_under_none():
    rows = rows_by_class(FINDINGS, TASK)
    assert list(zip(rows["image"], rows["label"], strict=True)) == [
        ("a", "x"),
        ("a", "y"),
        ("b", NO_FINDING),
        ("c", "y"),
    ]


def test_each_finding_comes_with_the_images_where_it_was_read():
    apart = {
        name: dict(zip(rows["image"], rows["label"], strict=True))
        for name, rows, _ in labels_apart(FINDINGS, TASK)
    }
    assert apart == {"x": {"a": 1, "b": 0}, "y": {"a": 1, "c": 1}}
    ((name, rows, names),) = labels_apart(IMAGES, TWO_CLASSES)
    assert (name, names, len(rows)) == ("", ("normal", "abnormal"), 3)

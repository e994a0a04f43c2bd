import pandas as pd

from benchmark.datasets.croissant_labels import finding_field, in_numbers, label_field
from results.label_tasks import TWO_CLASSES, LabelTask


def test_two_classes_are_numbers_or_words():
    assert label_field(TWO_CLASSES, {"1", "0"}) == ("sc:Integer", "0: normal, 1: abnormal.")
    assert label_field(TWO_CLASSES, {"no", "yes"}) == ("sc:Text", "no: normal, yes: abnormal.")
    assert in_numbers(pd.DataFrame({"label": [1, 0, 1]}), TWO_CLASSES) == "2 of them abnormal"


def test_classes_are_named_and_counted_also_those_of_no_image():
    task = LabelTask("multiclass", ("b", "a", "c"))
    assert label_field(task, {"a", "b"}) == ("sc:Text", "One of the classes: b, a, c.")
    assert in_numbers(pd.DataFrame({"label": [1, 0, 1]}), task) == "images by class: b 1, a 2, c 0"


def test_a_finding_is_yes_no_or_empty():
    said = "Whether the image shows mass; empty where nobody looked for it."
    assert finding_field("mass", {"1", "0", ""}) == ("sc:Boolean", said)
    words = finding_field("mass", {"yes", "no", ""})
    assert words == ("sc:Text", f"{said} no: absent, yes: present."), "readers take the text `no` for true"

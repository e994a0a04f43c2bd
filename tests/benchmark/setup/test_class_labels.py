from pathlib import Path

import pytest

from benchmark.datasets.at_path import Labels
from benchmark.errors import UserError
from benchmark.setup.class_labels import labels_of_folders

DATA = Path("data")
WORDS = ["mild", "none", "severe", "none"]


def test_two_classes_are_normal_and_abnormal():
    written, numbers, task, taken = labels_of_folders(DATA, ["normal", "bad"], Labels(), ())
    assert (written.tolist(), numbers.tolist(), task.is_binary) == ([0, 1], [0, 1], True)
    assert "'bad' taken for abnormal" in taken


def test_folders_are_classes_in_the_order_that_was_given():
    for labels, order in (
        (Labels("multiclass"), ("mild", "none", "severe")),
        (Labels("ordinal", ("None", "mild", "severe")), ("none", "mild", "severe")),
    ):
        written, numbers, task, taken = labels_of_folders(DATA, WORDS, labels, ())
        assert written.tolist() == WORDS
        assert [task.classes[number] for number in numbers] == WORDS
        assert (task.kind, task.classes) == (labels.task, order)
        assert ", ".join(order) in taken


def test_folders_of_numbers_are_grades_in_the_order_of_the_numbers():
    assert labels_of_folders(DATA, ["10", "2", "0"], Labels("ordinal"), ())[2].classes == ("0", "2", "10")


@pytest.mark.parametrize(
    ("labels", "abnormal", "message"),
    [
        (Labels(), (), "3 classes .*--task multiclass .*--abnormal"),
        (Labels("ordinal"), (), "'mild' is no number.* as --classes mild,none,severe"),
        (
            Labels("ordinal", ("none", "mild")),
            (),
            "must name the class folders, each once: mild, none, severe",
        ),
        (Labels("multilabel"), (), "columns label:NAME"),
        (Labels("multiclass"), ("mild",), "--abnormal makes two classes"),
        (Labels("", ("none", "mild", "severe")), (), "add --task"),
    ],
)
def test_what_folders_cannot_be_is_one_line(labels, abnormal, message):
    with pytest.raises(UserError, match=message) as caught:
        labels_of_folders(DATA, WORDS, labels, abnormal)
    assert "\n" not in str(caught.value)

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from benchmark.setup.counts import PartCounts, counts_of, detectable, margin_for, protocol_of
from results.label_tasks import LabelTask


def manifest(rows, evaluated_on="test"):
    images = pd.DataFrame(rows, columns=["patient", "study", "body_part", "label", "split"])
    images.insert(0, "image", [f"{n}.png" for n in range(len(images))])
    return Manifest(Path("data"), images, evaluated_on)


def rows(part, split, normal, abnormal):
    return [
        (f"{part}{split}{n}", f"{part}{split}{n}", part, int(n < abnormal), split)
        for n in range(normal + abnormal)
    ]


def test_counts_are_of_images_for_training_and_of_studies_for_testing():
    data = manifest(
        [
            *rows("hand", "train", 30, 10),
            *rows("hand", "test", 6, 5),
            *rows("foot", "train", 8, 9),
            *rows("foot", "test", 4, 4),
        ]
    )
    every, hand, foot = counts_of(Path("data"), data)
    assert every == PartCounts("all", 57, 57, 19, 10, 9)
    assert hand == PartCounts("hand", 40, 40, 10, 6, 5)
    assert foot == PartCounts("foot", 17, 17, 8, 4, 4)


def test_views_of_a_study_are_tested_once():
    data = manifest([*rows("hand", "train", 9, 9), *rows("hand", "test", 5, 5), *rows("hand", "test", 5, 5)])
    assert counts_of(Path("data"), data) == [PartCounts("all", 18, 18, 9, 5, 5)]


@pytest.mark.parametrize("test", [(0, 9), (9, 0), (3, 9)])
def test_a_test_set_of_one_class_is_refused(test):
    with pytest.raises(UserError, match="too few images"):
        counts_of(Path("data"), manifest([*rows("hand", "train", 9, 9), *rows("hand", "test", *test)]))


def test_the_split_is_the_data_sets_own_where_it_has_one():
    assert protocol_of(manifest(rows("hand", "train", 1, 1))) == "official"
    assert protocol_of(manifest(rows("hand", "", 1, 1), "")) == "patient"


def test_the_margin_is_what_the_test_set_can_resolve():
    pneumonia = PartCounts("all", 5232, 5232, 1349, 234, 390)
    # Hanley and McNeil's table for an area of 0.85: a standard error of 0.0305 with 80 of each class
    assert detectable(PartCounts("all", 0, 0, 0, 80, 80)) == pytest.approx(1.96 * 0.0305, abs=0.002)
    assert margin_for(pneumonia) == 0.03
    assert margin_for(PartCounts("all", 0, 0, 0, 5000, 5000)) == 0.02
    assert margin_for(PartCounts("all", 0, 0, 0, 5, 5)) == 0.1


GRADES = LabelTask("ordinal", ("0", "1", "2"))


def graded(train, test):
    """Images of three grades, one per patient."""
    sides = (("train", train), ("test", test))
    labels = [(grade, split) for split, counts in sides for grade, n in enumerate(counts) for _ in range(n)]
    table = [(f"p{n}", f"s{n}", "knee", grade, split) for n, (grade, split) in enumerate(labels)]
    return replace(manifest(table), task=GRADES)


def test_of_grades_the_rarest_that_can_be_judged_counts():
    (every,) = counts_of(Path("data"), graded((40, 12, 20), (9, 6, 5)))
    assert every == PartCounts("all", 72, 72, 12, 15, 5, (("0", 9), ("1", 6), ("2", 5)))
    (every,) = counts_of(Path("data"), graded((40, 12, 20), (9, 6, 1)))
    assert (every.test_abnormal, every.test_normal, every.rarer) == (6, 10, 12), "grade 2 is not judged"


def test_of_findings_images_where_one_was_not_read_do_not_count():
    data = manifest([*rows("hand", "train", 20, 20), *rows("hand", "test", 10, 10)])
    mass = data.images["label"].astype(float).where(data.images.index % 2 == 0)
    images = data.images.assign(**{"label:mass": mass, "label:rare": 0.0})
    data = replace(data, images=images, task=LabelTask("multilabel", ("mass", "rare")))
    (every,) = counts_of(Path("data"), data)
    assert (every.rarer, every.test_normal, every.test_abnormal) == (10, 5, 5)
    assert every.classes == (("mass", 5), ("rare", 0))


def test_too_few_classes_to_judge_are_refused():
    with pytest.raises(UserError, match="1 of 3 grades have 4 images to train and 4 studies"):
        counts_of(Path("data"), graded((40, 3, 20), (9, 6, 1)))

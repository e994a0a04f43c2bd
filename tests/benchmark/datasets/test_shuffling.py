import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.shuffling import shuffle_labels


@pytest.fixture(scope="module")
def images() -> pd.DataFrame:
    random = np.random.default_rng(0)
    studies = [f"s{study}" for study in range(400) for _ in range(1 + study % 3)]
    labels = dict(zip(dict.fromkeys(studies), random.random(400) < 0.3, strict=True))
    return pd.DataFrame({"study": studies, "label": [int(labels[study]) for study in studies]})


def labels_of(images: pd.DataFrame) -> pd.Series:
    studies = images.groupby("study")["label"]
    assert (studies.nunique() == 1).all(), "the views of a study share its label"
    return studies.first()


def test_as_many_studies_are_abnormal_and_the_rest_of_the_rows_stays(images):
    found = shuffle_labels(images, 0)
    assert labels_of(found).sum() == labels_of(images).sum()
    pd.testing.assert_frame_equal(found.drop(columns="label"), images.drop(columns="label"))


def test_the_new_label_knows_nothing_of_the_old_one(images):
    old = labels_of(images)
    shares = [labels_of(shuffle_labels(images, seed))[old == 1].mean() for seed in range(200)]
    error = np.std(shares) / np.sqrt(len(shares))
    assert np.mean(shares) == pytest.approx(old.mean(), abs=4 * error)
    each = np.mean([labels_of(shuffle_labels(images, seed)) for seed in range(200)], axis=0)
    assert each.min() > 0.15, "every study is abnormal under some seeds"
    assert each.max() < 0.5, "and normal under others"


def test_seeds_differ_and_the_order_of_rows_does_not_matter(images):
    first = shuffle_labels(images, 0)
    assert not first["label"].equals(shuffle_labels(images, 1)["label"])
    mixed = images.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(shuffle_labels(mixed, 0)["label"].sort_index(), first["label"])


def test_the_findings_of_a_study_move_together():
    images = pd.DataFrame({"study": [f"s{n // 2}" for n in range(20)]})
    number = images["study"].str[1:].astype(int)
    images = images.assign(label=number, mass=number % 2, gap=np.where(number == 3, np.nan, number))
    found = shuffle_labels(images, 1, ["label", "mass", "gap"])
    assert found["label"].equals(shuffle_labels(images, 1)["label"])
    assert (found["mass"] == found["label"] % 2).all()
    assert np.array_equal(found["gap"].isna(), found["label"] == 3)
    assert sorted(found["label"]) == sorted(images["label"])

import pandas as pd
import pytest

from benchmark.datasets.label_noise import flip_labels, noise_name, noise_share
from benchmark.datasets.task_labels import rarest_first
from results.label_tasks import LabelTask

IMAGES = pd.DataFrame(
    {
        "patient": [f"p{row // 3}" for row in range(300)],
        "study": [f"s{row // 2}" for row in range(300)],
        "label": [row // 2 % 2 for row in range(300)],
    }
)


def flipped(share, part="hand", seed=0, images=IMAGES):
    found = flip_labels(images, share, part, seed)
    pd.testing.assert_frame_equal(found.drop(columns="label"), images.drop(columns="label"))
    changed = images["patient"][found["label"] != images["label"]]
    assert changed.isin(images["patient"]).all()
    for patient in set(changed):
        own = images["patient"] == patient
        assert (found["label"][own] == 1 - images["label"][own]).all(), "all images of the patient"
    return set(changed)


def test_the_share_is_of_patients_and_small_shares_are_in_large_ones():
    sets = [flipped(share) for share in (0.1, 0.2, 0.4)]
    assert [len(one) for one in sets] == [10, 20, 40]
    assert sets[0] < sets[1] < sets[2]
    assert len(flipped(0.001)) == 1, "a share of few patients is one of them"


def test_seeds_and_parts_flip_other_patients_and_the_rows_order_decides_nothing():
    assert flipped(0.2) == flipped(0.2, images=IMAGES.iloc[::-1])
    assert flipped(0.2) != flipped(0.2, seed=1) != flipped(0.2, part="wrist", seed=1)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.25])
def test_a_name_holds_its_share(share):
    assert noise_share(noise_name(share)) == share


def test_other_controls_have_none():
    assert noise_share("") == noise_share("shuffled_labels") == 0


CLASSES = LabelTask("multiclass", ("a", "b", "c", "d"))
GRADES = LabelTask("ordinal", ("0", "1", "2", "3"))
FINDINGS = LabelTask("multilabel", ("x", "y"))


def with_labels(labels):
    return IMAGES.assign(label=labels)


def changed(images, found):
    """The old and new label of each patient whose labels are other ones."""
    other = found["label"] != images["label"]
    return images["label"][other], found["label"][other]


def test_a_class_becomes_any_other_one_and_the_same_for_all_images_of_a_patient():
    images = with_labels([row // 3 % 4 for row in range(300)])
    found = flip_labels(images, 0.4, "hand", 0, CLASSES)
    old, new = changed(images, found)
    assert images["patient"][old.index].nunique() == 40
    assert new.between(0, 3).all()
    steps = ((new - old) % 4).groupby(images["patient"]).unique()
    assert steps.map(len).max() == 1
    counts = steps.map(lambda one: one[0]).value_counts()
    assert set(counts.index) == {1, 2, 3}
    assert counts.min() >= 6, "of 40 patients about a third each"


def test_a_grade_becomes_its_neighbour_and_the_last_ones_their_only_one():
    images = with_labels([row // 3 % 4 for row in range(300)])
    old, new = changed(images, flip_labels(images, 0.4, "hand", 0, GRADES))
    assert set((new - old).abs()) == {1}
    assert set(new[old == 0]) == {1}
    assert set(new[old == 3]) == {2}
    assert set((new - old)[old == 1]) == {-1, 1}


def test_findings_that_were_read_become_the_other_value_and_blanks_stay():
    values = pd.DataFrame({"label:x": [0.0, 1.0, 1.0] * 100, "label:y": [1.0, float("nan"), 0.0] * 100})
    images = with_labels(rarest_first(values)).assign(**values)
    found = flip_labels(images, 0.2, "hand", 0, FINDINGS)
    own = found["label:x"] != images["label:x"]
    assert images["patient"][own].nunique() == 20
    assert images["patient"][own].value_counts().eq(3).all(), "all images of the patient"
    assert (found["label:x"][own] == 1 - images["label:x"][own]).all()
    read = images["label:y"].notna()
    assert found["label:y"].isna().equals(images["label:y"].isna())
    assert (found["label:y"][own & read] == 1 - images["label:y"][own & read]).all()
    assert found["label"].equals(rarest_first(found[["label:x", "label:y"]])), "by which folds are stratified"


@pytest.mark.parametrize("task", [CLASSES, GRADES])
def test_the_patients_are_those_of_two_classes_and_a_larger_share_keeps_their_new_labels(task):
    images = with_labels([row // 3 % 4 for row in range(300)])
    small, large = (flip_labels(images, share, "hand", 1, task)["label"] for share in (0.1, 0.3))
    first = small != images["label"]
    assert set(images["patient"][first]) == flipped(0.1, seed=1)
    assert small[first].equals(large[first])
    turned = flip_labels(images.iloc[::-1], 0.3, "hand", 1, task)["label"]
    assert turned.sort_index().equals(large)
    assert not large.equals(flip_labels(images, 0.3, "wrist", 1, task)["label"])

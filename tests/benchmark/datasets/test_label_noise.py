import pandas as pd
import pytest

from benchmark.datasets.label_noise import flip_labels, noise_name, noise_share

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

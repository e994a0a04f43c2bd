import numpy as np
import pandas as pd
import pytest

from benchmark.datasets.manifest import Manifest
from benchmark.sharing.pseudonyms import digest_of_test, pseudonyms_of
from results.label_tasks import LabelTask


@pytest.fixture
def manifest(tmp_path):
    images = pd.DataFrame(
        {
            "image": ["b/2.png", "a/1.png", "c/10.png"],
            "patient": ["p2", "p1", "p10"],
            "study": ["p2/s", "p1/s", "p10/s"],
            "body_part": "wrist",
            "label": [0, 1, 0],
            "split": "",
        }
    )
    return Manifest(tmp_path, images, "")


def test_ids_become_ranks_and_come_back(manifest):
    numbers = pseudonyms_of(manifest)
    table = manifest.images[["image", "study", "patient"]].assign(probability=0.5)
    given = numbers.encode(table)
    assert given["patient"].tolist() == ["patient 2", "patient 0", "patient 1"]  # p2, p1, p10 as texts
    assert not given.astype(str).stack().str.contains("p1|png").any()
    pd.testing.assert_frame_equal(numbers.decode(given), table)


def test_columns_of_categories_keep_every_id(manifest):
    numbers = pseudonyms_of(manifest)
    table = manifest.images[["image", "study", "patient"]]
    given = numbers.encode(table.astype("category"))
    assert given["patient"].tolist() == ["patient 2", "patient 0", "patient 1"]
    assert numbers.decode(given.astype("category")).to_numpy().tolist() == table.to_numpy().tolist()


def test_the_order_of_patients_stays(manifest):
    given = pseudonyms_of(manifest).encode(manifest.images)
    assert np.argsort(given["patient"]).tolist() == np.argsort(manifest.images["patient"]).tolist()


@pytest.mark.parametrize("wrong", ["patient 3", "patient -1", "p1", "image 1", "patient ²", ""])
def test_what_is_no_number_is_refused(manifest, wrong):
    with pytest.raises(ValueError, match="is no patient of this data set"):
        pseudonyms_of(manifest).decode(
            manifest.images.assign(image="image 0", study="study 0", patient=wrong)
        )


def test_an_id_of_another_data_set_is_refused(manifest):
    with pytest.raises(ValueError, match="'p3' is no patient"):
        pseudonyms_of(manifest).encode(manifest.images.assign(patient="p3"))


def test_the_digest_is_that_of_the_test_patients_labels_and_of_all_ids(manifest):
    own = digest_of_test(manifest, np.array([0, 1]), [])
    assert own == digest_of_test(manifest, np.array([1, 0]), [])
    assert own != digest_of_test(manifest, np.array([0, 2]), [])
    flipped = Manifest(manifest.root, manifest.images.assign(label=[1, 1, 0]), "")
    assert own != digest_of_test(flipped, np.array([0, 1]), [])
    fewer = Manifest(manifest.root, manifest.images.iloc[:2], "")
    assert own != digest_of_test(fewer, np.array([0, 1]), [])  # its numbers are others


def test_the_digest_is_of_the_readable_test_images(manifest):
    both = np.array([0, 1])
    whole, fewer = (digest_of_test(manifest, both, left_out) for left_out in ([], ["a/1.png"]))
    assert fewer != whole
    assert digest_of_test(manifest, both, ["c/10.png"]) == whole  # of the training part
    assert fewer == digest_of_test(manifest, np.array([0]), [])


def test_the_digest_of_the_test_patients_holds_their_findings(manifest):
    def digest(mass):
        images = manifest.images.assign(**{"label:effusion": [1.0, 0, 1], "label:mass": mass})
        several = Manifest(manifest.root, images, "", task=LabelTask("multilabel", ("effusion", "mass")))
        return digest_of_test(several, np.array([0, 1]), [])

    assert digest([1.0, 0, 0]) != digest([0.0, 0, 0])
    assert digest([1.0, 0, 0]) != digest([1.0, np.nan, 0])
    assert digest([1.0, 0, 0]) == digest([1.0, 0, 1])  # the third is no test image

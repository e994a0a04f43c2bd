"""The data: source, partitions, counts, and what could not be read."""

from results.checklists import data_sentences as data
from tests.results.checklists.study import study


def test_source_and_selection():
    assert data.source(study()) == (
        "The data set MURA, with 40,005 images of 14,656 studies of 11,967 patients."
    )
    assert data.source(study(kind="phantom")).startswith("Phantoms drawn by the software, of no real patient")
    assert "of the body parts elbow and wrist was eligible" in data.selection(
        study(body_parts=["elbow", "wrist"])
    )
    assert data.selection(study()).startswith("Every image that the data set lists was eligible;")


def test_partitions_and_patients_on_both_sides():
    assert "official" not in data.partition(study())
    assert "36,808 images of 13,457 studies of 11,184 patients for training" in data.partition(study())
    assert data.disjoint(study()) == "Patient: no patient with images in both training and test."
    assert data.disjoint(study(shared_patients=2)).startswith("Patient: 2 patients with images in both")
    leaking = data.disjoint(study(protocol="image", shared_patients=7))
    assert leaking == "Image: 7 patients have images on both sides, so that results are too good."


def test_missing_data():
    assert data.missing(study()) == (
        "Every image could be read; all 128 planned cells are finished. No value was imputed."
    )
    unfinished = data.missing(study(unreadable=1, cells={"planned": 128, "finished": 100}))
    assert unfinished.startswith("1 image could not be read and was left out")
    assert "28 of 128 planned cells are not finished" in unfinished


def test_counts_by_label():
    facts = study()
    flow = data.flow(facts)
    assert "Training pool: 300 images of 200 studies of 100 patients normal and 150 images of" in flow
    assert data.prevalence(facts).startswith("Both are images of one data set; 33.3 % of the training images")
    assert "150 images of 100 studies of 60 patients are abnormal" in data.test_size(facts)


def test_subsets_are_described_where_there_are_any():
    assert "with three seeds; smaller subsets lie within larger ones" in data.subsets(study())
    assert data.subsets(study(train_sizes=["full"], seeds=[0])) == (
        "Models learnt from all training images, with one seed."
    )


def test_a_window_of_grey_values_is_told():
    image = {"size": 224, "fit": "pad", "window": [1.0, 99.0]}
    facts = {"grid": {"image": image}}
    assert "stretched from percentile 1 to 99 of each image" in data.preparation(facts)
    assert "percentile" not in data.preparation({"grid": {"image": image | {"window": None}}})

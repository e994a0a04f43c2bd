import pytest

from benchmark.errors import UserError
from benchmark.setup.class_tree import class_tree
from tests.benchmark.setup.drawn import draw_classes, draw_splits


def test_class_folders_of_splits_are_the_same_in_any_case(tmp_path):
    tree = class_tree(draw_splits(tmp_path))
    assert tree.classes == ("normal", "pneumonia")
    counts = {split: sum(i.split == split for i in tree.images) for split in ("train", "val", "test")}
    assert counts == {"train": 48, "val": 8, "test": 20}
    assert any("own split" in note for note in tree.notes)


def test_a_folder_with_one_folder_is_entered(tmp_path):
    draw_classes(tmp_path / "chest_xray/chest_xray", images=2)
    (tmp_path / "__MACOSX").mkdir()
    tree = class_tree(tmp_path)
    assert tree.root == tmp_path / "chest_xray/chest_xray"
    assert {image.path for image in tree.images} >= {"normal/000.png", "abnormal/001.png"}
    assert tree.notes == ("read from the folder chest_xray/chest_xray in it",)


def test_images_in_folders_of_patients_belong_to_the_class(tmp_path):
    draw_classes(tmp_path / "normal", ("p1", "p2"), images=2)
    draw_classes(tmp_path / "abnormal", ("p3",), images=1)
    found = {image.path: image.class_name for image in class_tree(tmp_path).images}
    assert found["normal/p2/001.png"] == "normal"
    assert len(found) == 5


def test_what_is_left_out_is_said(tmp_path):
    draw_classes(draw_classes(tmp_path, images=1), ("",), images=2)
    (tmp_path / "nothing").mkdir()
    assert class_tree(tmp_path).notes == (
        "left out: 2 images that lie beside the class folders",
        "left out: 'nothing' without an image",
    )


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ((), "no image is there"),
        (("normal",), "one class of images"),
        (("",), "nothing that says which are abnormal"),
    ],
)
def test_a_folder_without_two_classes_is_refused_with_the_way_out(tmp_path, classes, said):
    draw_classes(tmp_path, classes, images=2)
    with pytest.raises(UserError, match=said) as told:
        class_tree(tmp_path)
    assert "\n" not in str(told.value)


def test_an_empty_second_class_is_named(tmp_path):
    draw_classes(tmp_path, ("normal",), images=1)
    (tmp_path / "abnormal").mkdir()
    with pytest.raises(UserError, match="'abnormal' holds no image"):
        class_tree(tmp_path)


def test_links_that_lead_back_are_refused(tmp_path):
    draw_classes(tmp_path, images=1)
    (tmp_path / "normal/again").symlink_to(tmp_path)
    with pytest.raises(UserError, match="link lead back"):
        class_tree(tmp_path)

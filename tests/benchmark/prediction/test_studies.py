import pytest

from benchmark.errors import UserError
from benchmark.prediction.studies import MOST_VIEWS, find_studies


@pytest.fixture
def tree(tmp_path):
    for name in (
        "p1/study1/image1.png",
        "p1/study1/image2.PNG",
        "p1/study2/image1.jpg",
        "p1/study2/notes.txt",
        "p2/.hidden/image1.png",
        "p2/study1/.image1.png",
        "p2/study1/image1.tif",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def names(studies):
    return [study.names for study in studies]


def test_the_images_of_a_folder_are_the_views_of_one_study(tree):
    found = find_studies([tree])
    assert names(found) == [("image1.png", "image2.PNG"), ("image1.jpg",), ("image1.tif",)]
    assert found[0].name == str(tree / "p1" / "study1")


def test_files_and_folders_may_be_mixed_and_keep_their_order(tree):
    single = tree / "p1" / "study2" / "notes.txt"
    found = find_studies([single, tree / "p2"])
    assert names(found) == [("notes.txt",), ("image1.tif",)], (
        "a file that is named is tried whatever its suffix"
    )


def test_each_image_may_be_a_study(tree):
    assert len(find_studies([tree], each_image=True)) == 4


def test_a_folder_of_many_images_is_not_taken_for_one_study(tmp_path):
    for number in range(MOST_VIEWS + 1):
        (tmp_path / f"{number}.png").touch()
    with pytest.raises(UserError, match="13 images, too many to be the views of one study"):
        find_studies([tmp_path])
    assert len(find_studies([tmp_path], each_image=True)) == MOST_VIEWS + 1


def test_paths_without_an_image_are_refused(tmp_path):
    with pytest.raises(UserError, match="holds no image"):
        find_studies([tmp_path])
    with pytest.raises(UserError, match="does not exist"):
        find_studies([tmp_path / "absent.png"])


def test_a_link_to_a_folder_above_does_not_go_round(tree):
    (tree / "p1" / "up").symlink_to(tree)
    assert len(find_studies([tree])) == 3

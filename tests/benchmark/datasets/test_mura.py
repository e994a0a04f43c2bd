import os
from pathlib import Path

import pytest

from benchmark.datasets.mura import read_mura
from benchmark.errors import UserError

IMAGES = (
    "train/XR_ELBOW/patient00001/study1_positive/image1.png",
    "train/XR_ELBOW/patient00001/study1_positive/image2.png",
    "train/XR_HAND/patient00001/study1_negative/image1.png",
    "valid/XR_HAND/patient11185/study1_negative/image1.png",
)


@pytest.fixture
def mura(tmp_path: Path) -> Path:
    """A small MURA-v1.1 without its CSV files."""
    root = tmp_path / "MURA-v1.1"
    for image in IMAGES:
        (root / image).parent.mkdir(parents=True, exist_ok=True)
        (root / image).write_bytes(b"image")
    return root


def write_listings(root: Path) -> None:
    for split in ("train", "valid"):
        images = [f"MURA-v1.1/{image}" for image in IMAGES if image.startswith(split)]
        studies = dict.fromkeys(image.rpartition("/")[0] for image in images)
        lines = [f"{study}/,{int(study.endswith('positive'))}" for study in studies]
        (root / f"{split}_image_paths.csv").write_text("\n".join(images) + "\n")
        (root / f"{split}_labeled_studies.csv").write_text("\n".join(lines) + "\n")


def test_a_path_tells_patient_study_part_label_and_split(mura: Path) -> None:
    manifest = read_mura(mura)
    assert manifest.images.iloc[0].to_dict() == {
        "image": IMAGES[0],
        "patient": "patient00001",
        "study": "XR_ELBOW/patient00001/study1_positive",
        "body_part": "elbow",
        "label": 1,
        "split": "train",
    }
    assert manifest.images["split"].tolist() == ["train"] * 3 + ["test"]
    assert manifest.evaluated_on == "valid"


def test_a_patient_keeps_the_number_over_body_parts_but_not_the_study(mura: Path) -> None:
    images = read_mura(mura).images
    assert images["patient"].nunique() == 2
    assert images["study"].nunique() == 3


def test_the_folder_above_will_do(mura: Path) -> None:
    assert read_mura(mura.parent).digest() == read_mura(mura).digest()


def test_folders_and_csv_files_give_one_manifest(mura: Path) -> None:
    from_folders = read_mura(mura)
    write_listings(mura)
    listing = mura / "train_image_paths.csv"
    listing.write_text("\r\n".join(reversed(listing.read_text().splitlines())) + "\r\n\r\n")
    assert read_mura(mura).digest() == from_folders.digest()


def test_a_part_without_its_csv_file_is_read_from_folders(mura: Path) -> None:
    write_listings(mura)
    (mura / "valid_image_paths.csv").unlink()
    assert read_mura(mura).images["split"].tolist() == ["train"] * 3 + ["test"]


def test_the_csv_files_say_which_images_count(mura: Path) -> None:
    write_listings(mura)
    (mura / IMAGES[0]).with_name("image3.png").write_bytes(b"image")
    assert read_mura(mura).images["image"].tolist() == list(IMAGES)


def test_macos_leftovers_are_no_images(mura: Path) -> None:
    (mura / IMAGES[0]).with_name("._image1.png").write_bytes(b"")
    (mura / "train/XR_ELBOW/.DS_Store").write_bytes(b"")
    assert len(read_mura(mura).images) == len(IMAGES)
    write_listings(mura)
    with (mura / "train_image_paths.csv").open("a") as stream:
        stream.write("MURA-v1.1/train/XR_ELBOW/patient00001/study1_positive/._image1.png\n")
    assert len(read_mura(mura).images) == len(IMAGES)


def test_a_missing_image_is_named_with_its_csv_line(mura: Path) -> None:
    write_listings(mura)
    (mura / IMAGES[1]).unlink()
    with pytest.raises(UserError, match=r"train_image_paths.csv:2: 1 of 3 images do not exist: train/XR_EL"):
        read_mura(mura)


def test_a_label_that_differs_from_the_folder_name_is_refused_with_its_line(mura: Path) -> None:
    write_listings(mura)
    listing = mura / "train_labeled_studies.csv"
    listing.write_text(listing.read_text().replace("study1_negative/,0", "study1_negative/,1"))
    with pytest.raises(UserError, match=r"train_labeled_studies.csv:2: label '1', but the folder is called"):
        read_mura(mura)


@pytest.mark.parametrize(
    "stray", ["train/XR_HAND/patient00002/study1/image1.png", "train/patient00002/study1_positive/image1.png"]
)
def test_an_image_that_is_not_named_as_in_mura_is_refused_not_dropped(mura: Path, stray: str) -> None:
    (mura / stray).parent.mkdir(parents=True)
    (mura / stray).write_bytes(b"image")
    with pytest.raises(UserError, match=f"'{stray}' is not named as MURA names its images"):
        read_mura(mura)


def test_an_image_that_is_listed_twice_is_refused(mura: Path) -> None:
    write_listings(mura)
    with (mura / "train_image_paths.csv").open("a") as stream:
        stream.write(f"MURA-v1.1/{IMAGES[0]}\n")
    with pytest.raises(UserError, match=f"'{IMAGES[0]}' is listed twice"):
        read_mura(mura)


def test_a_folder_that_is_not_mura_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"not MURA: no train/ or valid/ there \(expected MURA-v1.1/train/XR_"
    ):
        read_mura(tmp_path)


def test_a_folder_too_deep_names_the_right_one(mura: Path) -> None:
    with pytest.raises(UserError, match=f"give the folder above: {mura}$"):
        read_mura(mura / "train")


def test_a_tree_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(UserError, match="no image is there"):
        read_mura(tmp_path)


def test_a_tree_with_train_alone_has_no_part_to_evaluate_on(tmp_path: Path) -> None:
    (tmp_path / IMAGES[0]).parent.mkdir(parents=True)
    (tmp_path / IMAGES[0]).write_bytes(b"image")
    assert read_mura(tmp_path).evaluated_on == ""


def test_csv_files_with_a_header_backslashes_or_another_delimiter_are_read(mura: Path) -> None:
    before = read_mura(mura).digest()
    write_listings(mura)
    for split in ("train", "valid"):
        images, studies = (mura / f"{split}_{name}.csv" for name in ("image_paths", "labeled_studies"))
        images.write_text("path\n" + images.read_text().replace("/", "\\"))
        studies.write_bytes(("study;label\n" + studies.read_text().replace(",", ";")).encode("utf-16"))
    assert read_mura(mura).digest() == before
    listing = mura / "train_labeled_studies.csv"
    listing.write_bytes(listing.read_bytes().replace("/;1".encode("utf-16-le"), "/;0".encode("utf-16-le")))
    with pytest.raises(UserError, match=r"train_labeled_studies.csv:2: label '0', but the folder is called"):
        read_mura(mura)


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"\x81\n", b"train/\x00\n"])
def test_a_csv_that_is_no_text_is_one_line(mura: Path, content: bytes) -> None:
    (mura / "train_image_paths.csv").write_bytes(content)
    with pytest.raises(UserError, match=r"^.*train_image_paths.csv:\d: cannot be read as CSV"):
        read_mura(mura)


@pytest.mark.parametrize("listed", [False, True])
def test_a_fifo_and_a_link_to_itself_are_named_and_not_opened(mura: Path, listed: bool) -> None:
    if listed:
        write_listings(mura)
    image = mura / IMAGES[1]
    image.unlink()
    os.mkfifo(image)
    with pytest.raises(UserError, match=r"image2.png' is a FIFO, not an image file"):
        read_mura(mura)
    image.unlink()
    image.symlink_to(image.name)
    with pytest.raises(UserError, match=r"image2.png' is a link that leads to itself"):
        read_mura(mura)


def test_links_out_of_the_folder_need_leave(mura: Path, tmp_path: Path) -> None:
    (mura / "train").rename(tmp_path / "elsewhere")
    (mura / "train").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match=r"leads out of the folder of the data set.*allow_outside: true"):
        read_mura(mura)
    assert len(read_mura(mura, allow_outside=True).images) == len(IMAGES)


def test_a_folder_in_a_folder_of_its_name_is_read_and_said(mura: Path, tmp_path: Path) -> None:
    (tmp_path / "up/MURA-v1.1").mkdir(parents=True)
    inner = mura.rename(tmp_path / "up/MURA-v1.1/MURA-v1.1")
    manifest = read_mura(tmp_path / "up")
    assert manifest.root == inner
    assert str(inner) in manifest.notes[0]


def test_corrected_labels_change_the_digest_and_are_noted(mura: Path, tmp_path: Path) -> None:
    before = read_mura(mura)
    (tmp_path / "labels.csv").write_text("train/XR_HAND/patient00001/study1_negative,1\n")
    after = read_mura(mura, labels=tmp_path / "labels.csv")
    assert after.images["label"].tolist() == [1, 1, 1, 0]
    assert after.digest() != before.digest()
    assert "1 of 3 studies, of which 1 differ" in after.notes[0]

"""The labelled studies of a folder, by digests that depend on a key."""

import pytest

from benchmark.datasets.dicom.studies import DicomFolder, labelled_studies
from benchmark.errors import UserError
from tests.benchmark.datasets.dicom.studies import secrets_in, write_folder


@pytest.fixture
def found(tmp_path):
    root = tmp_path / "in"
    write_folder(root, 4)
    paths = [str(path.relative_to(root)) for path in sorted(root.rglob("IM*"))]

    def found(files=paths, links=0, key=None):
        asked = DicomFolder(root, root / "labels.csv")
        return labelled_studies(asked, (files, links), tmp_path / "cache", 1, key)

    return found


def test_another_key_gives_other_names_to_the_same_studies(found):
    own, given, again = found(), found(key=b"k" * 32), found(key=b"k" * 32)
    assert given.table.equals(again.table)
    assert set(own.table["patient"]).isdisjoint(given.table["patient"])
    assert sorted(own.table["label"]) == sorted(given.table["label"])
    assert secrets_in(given.table[["patient", "study"]].to_csv() + "".join(given.notes)) == []


def test_links_that_were_left_out_are_counted(found):
    assert any("2 links" in note for note in found(links=2).notes)
    assert not any("links" in note for note in found().notes)


def test_a_folder_without_images_is_one_line(found):
    with pytest.raises(UserError, match="no DICOM image is below this folder"):
        found(files=["labels.csv"])

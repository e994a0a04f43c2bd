import os

import numpy as np
import pytest
from pydicom.uid import BasicTextSRStorage, MediaStorageDirectoryStorage

from benchmark.datasets.dicom import headers
from benchmark.datasets.dicom.headers import files_below, holds_dicom_files, read_headers
from benchmark.errors import UserError
from tests.benchmark.datasets.dicom.studies import uid, write_folder, write_study
from tests.extractors.dicom_cases import saved, without_preamble


def read(root, jobs=1):
    return read_headers(root, files_below(root)[0], jobs)


def test_one_row_an_image_with_what_its_header_says(tmp_path):
    person = {"PatientSex": "F", "PatientAge": "053Y", "StudyDate": "20230405"}
    write_study(tmp_path, 7, views=2, ImageLaterality="R", Laterality="L", IssuerOfPatientID="X", **person)
    first = read(tmp_path).images.iloc[0]
    assert first.to_dict() == {
        "path": "MRN07/Doe^Jane/IM0",
        "image_uid": uid(7, 0),
        "study_uid": uid(7),
        "accession_number": "ACC07",
        "patient_id": "MRN07",
        "issuer": "X",
        "body_part": "HAND",
        "view": "PA",
        "laterality": "R",
        "manufacturer": "Umbrella",
        "modality": "DX",
        "sex": "F",
        "age": "053Y",
        "birth_date": "19700102",
        "study_date": "20230405",
        "burned_in": "",
    }
    assert len(read(tmp_path).images) == 2


def test_what_holds_no_image_is_counted_by_kind(tmp_path):
    write_study(tmp_path, 0)
    saved(tmp_path / "report", None, SOPClassUID=BasicTextSRStorage)
    saved(tmp_path / "DICOMDIR", None, SOPClassUID=MediaStorageDirectoryStorage)
    (tmp_path / "labels.csv").write_text("a,b\n")
    (tmp_path / "odd").write_bytes(b"\x08\x00\x05\x00CS\x02\x00" + bytes(3))  # begins as DICOM without prefix
    found = read(tmp_path)
    assert dict(found.without_image) == {"Basic Text SR Storage": 1, "Media Storage Directory Storage": 1}
    assert (len(found.images), found.others, found.damaged) == (1, 2, [])


def test_files_without_preamble_are_images_too(tmp_path):
    write_study(tmp_path, 0)
    without_preamble(tmp_path / "MRN00/Doe^Jane/IM0")
    assert len(read(tmp_path).images) == 1


def test_files_that_end_early_are_told_with_the_reason_at_every_length(tmp_path):
    whole = saved(tmp_path / "a.dcm", np.zeros((4, 4), np.uint8)).read_bytes()
    rows = whole.index(b"\x28\x00\x10\x00US")
    for length in range(132, rows, 7):
        (tmp_path / "a.dcm").write_bytes(whole[:length])
        found = read(tmp_path)
        assert len(found.damaged) + found.without_image["of an unknown kind"] == 1
        assert all("a damaged or truncated DICOM file" in why for _, why in found.damaged)
    assert found.damaged, "the last one has its SOPClassUID"


@pytest.mark.slow  # it starts processes
def test_many_files_are_read_by_several_processes_with_the_same_result(tmp_path, monkeypatch):
    write_folder(tmp_path, 6)
    monkeypatch.setattr(headers, "_CHUNK", 2)
    assert read(tmp_path, jobs=2).images.equals(read(tmp_path, jobs=1).images)


def test_hidden_files_are_none_and_links_are_followed_only_when_asked(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    write_study(outside, 0)
    inside.mkdir()
    (inside / "._a").write_bytes(b"")
    (inside / "link").symlink_to(outside)
    (inside / "self").symlink_to("self")
    assert files_below(inside) == ([], 2)
    found, links = files_below(inside, follow_links=True)
    assert (found, links) == (["link/MRN00/Doe^Jane/IM0", "self"], 0)
    assert read_headers(inside, found, 1).others == 1, "the link to itself"


def test_links_that_lead_back_are_refused(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path)
    with pytest.raises(UserError, match="does a link lead back"):
        files_below(tmp_path, follow_links=True)


def test_no_folder_and_no_regular_file(tmp_path):
    with pytest.raises(UserError, match="there is no such folder"):
        files_below(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    assert read(tmp_path).others == 1


def test_a_folder_is_known_by_one_of_its_first_files(tmp_path):
    (tmp_path / "readme.txt").write_text("x")
    assert not holds_dicom_files(tmp_path)
    write_study(tmp_path, 0)
    assert holds_dicom_files(tmp_path)
    assert not holds_dicom_files(tmp_path / "none")

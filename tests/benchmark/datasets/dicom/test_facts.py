from importlib.resources import files

import numpy as np
import pytest
from pydicom.datadict import keyword_dict
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from benchmark.datasets.dicom.facts import OVERLAYS, PRIVATE, DicomFacts, dicom_facts
from benchmark.datasets.dicom.names import IDENTIFYING
from tests.benchmark.datasets.dicom.studies import secrets_in
from tests.extractors.dicom_cases import dataset, lookup_table, saved

PIXELS = np.zeros((4, 4), np.uint16)
ANONYMOUS = dict.fromkeys(("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber"), "")


def facts(path, **elements):
    return dicom_facts(saved(path / "a.dcm", PIXELS, **elements))


def test_elements_with_a_value_are_named_and_their_values_are_not(tmp_path):
    found = facts(tmp_path, PatientName="Doe^Jane", OperatorsName="Jones^Doctor", InstitutionName="")
    assert found.identifying == (
        "AccessionNumber",
        "OperatorsName",
        "PatientBirthDate",
        "PatientID",
        "PatientName",
    )
    assert secrets_in(repr(found)) == []


def test_an_anonymous_file_has_none(tmp_path):
    assert facts(tmp_path, **ANONYMOUS) == DicomFacts()
    assert facts(tmp_path, **ANONYMOUS, InstitutionName="  ") == DicomFacts()


def test_sequences_private_elements_and_overlays_are_looked_into(tmp_path):
    item = Dataset()
    item.RequestedProcedureID = "4711"
    item.PatientName = "Doe^Jane"
    made = dataset(PIXELS, **ANONYMOUS, ReferencedStudySequence=Sequence([item]))
    made.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "Doe^Jane")
    made.add_new(0x60003000, "OW", b"\1\0")
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert dicom_facts(tmp_path / "a.dcm").identifying == (
        "PatientName",
        "RequestedProcedureID",
        OVERLAYS,
        PRIVATE,
    )


@pytest.mark.parametrize("value", ["YES", "NO", ""])
def test_burnt_in_annotation_is_as_the_file_says(tmp_path, value):
    assert facts(tmp_path, BurnedInAnnotation=value).burned_in == value


def test_signs_of_other_images(tmp_path):
    assert facts(tmp_path, Modality="CT", PresentationIntentType="FOR PROCESSING").unusual == (
        "Modality CT",
        "PresentationIntentType FOR PROCESSING",
    )
    colours = dicom_facts(saved(tmp_path / "b.dcm", np.zeros((4, 4, 3), np.uint8), Modality="CR"))
    assert colours.unusual == ("PhotometricInterpretation RGB",)


def test_a_window_or_a_table_of_the_file_is_seen(tmp_path):
    assert not facts(tmp_path).windowed
    assert facts(tmp_path, WindowCenter=1, WindowWidth=2).windowed
    assert facts(tmp_path, VOILUTSequence=lookup_table(np.arange(4), 0, 8)).windowed


def test_other_and_damaged_files_have_no_facts(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert dicom_facts(tmp_path / "a.png") is None
    assert dicom_facts(tmp_path / "none") is None
    (tmp_path / "b.dcm").write_bytes(bytes(128) + b"DICM\2\0\0")
    assert dicom_facts(tmp_path / "b.dcm") in (
        None,
        DicomFacts(unusual=("PhotometricInterpretation absent",)),
    )


def test_a_real_radiograph_names_its_patient():
    found = dicom_facts(files("data_store") / "data/RG1_J2KR.dcm")
    assert {"PatientName", "PatientID", "OtherPatientIDs", "ReferringPhysicianName"} < set(found.identifying)
    assert found.unusual == ()


def test_every_identifying_keyword_is_one_of_the_standard():
    assert [keyword for keyword in IDENTIFYING if keyword not in keyword_dict] == []

from dataclasses import replace

from benchmark.datasets.audit.identifying_elements import identifying_elements
from benchmark.datasets.dicom.facts import DicomFacts
from tests.benchmark.datasets.audit.audited import audited


def finding(*facts):
    looked_at = audited(len(facts))
    return identifying_elements(replace(looked_at, scanned=replace(looked_at.scanned, dicom=facts)))


def test_elements_are_counted_by_files():
    found = finding(DicomFacts(("PatientID", "PatientName")), DicomFacts(("PatientID",)), DicomFacts(), None)
    assert (found.code, found.severity) == ("AUDIT011", "warning")
    assert found.message.startswith("identifying elements in 2 of 3 DICOM files")
    assert found.examples == ("PatientID: 2 files", "PatientName: 1 file")


def test_anonymous_files_and_other_files_are_fine():
    assert finding(DicomFacts()).message == "no identifying elements in 1 DICOM file"
    assert (finding(None).severity, finding(None).message) == ("ok", "no DICOM files")
    assert identifying_elements(audited(4)).severity == "ok"

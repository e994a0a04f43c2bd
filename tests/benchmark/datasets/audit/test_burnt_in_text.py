from dataclasses import replace

from benchmark.datasets.audit.burnt_in_text import burnt_in_text
from benchmark.datasets.dicom.facts import DicomFacts
from tests.benchmark.datasets.audit.audited import audited


def finding(*said):
    looked_at = audited(len(said))
    facts = [None if word is None else DicomFacts(burned_in=word) for word in said]
    return burnt_in_text(replace(looked_at, scanned=replace(looked_at.scanned, dicom=facts)))


def test_files_that_say_so_are_named_and_silent_ones_counted():
    found = finding("NO", "YES", "", None)
    assert (found.code, found.severity, found.examples) == ("AUDIT012", "warning", ("1.png",))
    assert found.message == (
        "BurnedInAnnotation is YES in 1 of 3 DICOM files, not said in 1; pixels were not searched for text"
    )


def test_files_that_say_no_or_nothing_are_no_warning():
    assert finding("NO", "").severity == "ok"
    assert finding(None).message == "no DICOM files"

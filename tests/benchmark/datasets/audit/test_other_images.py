from dataclasses import replace

from benchmark.datasets.audit.other_images import other_images
from benchmark.datasets.dicom.facts import DicomFacts
from tests.benchmark.datasets.audit.audited import audited


def finding(*facts):
    looked_at = audited(len(facts))
    return other_images(replace(looked_at, scanned=replace(looked_at.scanned, dicom=facts)))


def test_signs_are_counted_by_images():
    ct, colour = DicomFacts(unusual=("Modality CT",)), DicomFacts(unusual=("PhotometricInterpretation RGB",))
    found = finding(ct, colour, ct, DicomFacts(), None)
    assert (found.code, found.severity) == ("AUDIT013", "warning")
    assert found.examples == ("Modality CT: 2 images", "PhotometricInterpretation RGB: 1 image")


def test_plain_radiographs_and_other_files_are_fine():
    assert finding(DicomFacts(), None).severity == "ok"


def test_images_with_and_without_a_window_are_told_apart():
    with_window, without = DicomFacts(windowed=True), DicomFacts()
    (example,) = finding(with_window, without, without).examples
    assert example.startswith("no window in the file, unlike others: 2 images; 'image: {window: [1, 99]}'")
    assert finding(with_window, with_window).severity == "ok"

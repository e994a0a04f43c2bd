from benchmark.datasets.audit.marker import marker
from tests.benchmark.datasets.audit.audited import audited


def test_a_mark_on_images_of_one_label_is_found():
    looked_at = audited()
    looked_at.scanned.marks[::2, 5] = 0.02
    finding = marker(looked_at)
    assert (finding.code, finding.severity) == ("AUDIT007", "warning")


def test_marks_on_images_of_both_labels_are_none():
    looked_at = audited()
    looked_at.scanned.marks[:100, 5] = 0.02
    assert marker(looked_at).severity == "ok"

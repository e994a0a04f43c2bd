from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.copies_across_patients import copies_across_patients
from tests.benchmark.datasets.audit.audited import audited

VALUES = ["a", "b", "c", "d"]
PAIR = (Copy(0, 1, 0.97, "mirrored"),)


def test_a_copy_that_differs_is_found():
    finding = copies_across_patients(audited(4, PAIR, patient=VALUES))
    assert (finding.code, finding.severity, finding.copies) == ("AUDIT002", "warning", PAIR)
    assert "mirrored" in finding.examples[0]


def test_a_copy_that_does_not_differ_is_none():
    assert copies_across_patients(audited(4, PAIR, patient=[VALUES[0]] * 4)).severity == "ok"

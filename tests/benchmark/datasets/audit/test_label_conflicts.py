from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.label_conflicts import label_conflicts
from tests.benchmark.datasets.audit.audited import audited

VALUES = [0, 1, 0, 1]
PAIR = (Copy(0, 1, 0.97, "mirrored"),)


def test_a_copy_that_differs_is_found():
    finding = label_conflicts(audited(4, PAIR, label=VALUES))
    assert (finding.code, finding.severity, finding.copies) == ("AUDIT003", "error", PAIR)
    assert "mirrored" in finding.examples[0]


def test_a_copy_that_does_not_differ_is_none():
    assert label_conflicts(audited(4, PAIR, label=[VALUES[0]] * 4)).severity == "ok"

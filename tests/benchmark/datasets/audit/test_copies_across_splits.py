from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.copies_across_splits import copies_across_splits
from tests.benchmark.datasets.audit.audited import audited

VALUES = ["train", "test", "train", "train"]
PAIR = (Copy(0, 1, 0.97, "mirrored"),)


def test_a_copy_that_differs_is_found():
    finding = copies_across_splits(audited(4, PAIR, split=VALUES))
    assert (finding.code, finding.severity, finding.copies) == ("AUDIT001", "error", PAIR)
    assert "mirrored" in finding.examples[0]


def test_a_copy_that_does_not_differ_is_none():
    assert copies_across_splits(audited(4, PAIR, split=[VALUES[0]] * 4)).severity == "ok"

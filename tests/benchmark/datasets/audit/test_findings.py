from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.findings import found, of_copies
from tests.benchmark.datasets.audit.audited import audited


def test_no_examples_are_no_finding():
    assert found("X", "error", "bad things", []).severity == "ok"
    assert found("X", "error", "bad things", ["a", "b"]).message == "bad things: 2"


def test_only_copies_that_differ_in_the_column_count():
    pairs = (Copy(0, 2, 0.99, "mirrored"), Copy(1, 2, 0.95))
    finding = of_copies("X", "error", "copies", audited(4, pairs), "label")
    assert finding.copies == (pairs[1],)
    assert finding.examples == ("1.png (1) = 2.png (0): as it is, likeness 0.950",)

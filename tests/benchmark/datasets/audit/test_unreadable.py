from benchmark.datasets.audit.unreadable import unreadable
from tests.benchmark.datasets.audit.audited import audited


def test_an_unreadable_file_is_named_with_the_reason():
    looked_at = audited(3)
    assert unreadable(looked_at).severity == "ok"
    looked_at.scanned.errors[1] = "it is cut off"
    finding = unreadable(looked_at)
    assert (finding.code, finding.severity) == ("AUDIT010", "error")
    assert finding.examples == ("1.png: it is cut off",)

from benchmark.datasets.audit.bit_depth import bit_depth
from tests.benchmark.datasets.audit.audited import audited


def test_a_depth_that_goes_with_the_label_is_found():
    looked_at = audited()
    looked_at.scanned.facts[::2, 2] = 16
    finding = bit_depth(looked_at)
    assert (finding.code, finding.severity) == ("AUDIT006", "warning")


def test_one_depth_is_none():
    assert bit_depth(audited()).severity == "ok"

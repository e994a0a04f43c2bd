from benchmark.datasets.audit.image_size import image_size
from tests.benchmark.datasets.audit.audited import audited


def test_a_size_that_goes_with_the_label_is_found():
    looked_at = audited()
    looked_at.scanned.facts[::2, 1] = 512
    finding = image_size(looked_at)
    assert (finding.code, finding.severity) == ("AUDIT005", "warning")
    assert finding.shortcut.auroc > 0.95


def test_sizes_that_do_not_go_with_the_label_are_none():
    looked_at = audited()
    looked_at.scanned.facts[:100, 1] = 512
    assert image_size(looked_at).severity == "ok"

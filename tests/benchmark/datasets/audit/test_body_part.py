import numpy as np

from benchmark.datasets.audit.body_part import body_part
from tests.benchmark.datasets.audit.audited import audited


def test_a_part_with_another_share_of_abnormal_ones_is_found():
    labels = np.arange(200) % 2
    parts = np.where(labels == (np.arange(200) % 10 > 0), "hand", "elbow")
    finding = body_part(audited(body_part=parts))
    assert (finding.code, finding.severity) == ("AUDIT004", "warning")
    assert finding.shortcut.auroc > 0.85


def test_parts_with_the_same_share_are_none():
    parts = np.where(np.arange(200) // 2 % 2, "hand", "elbow")
    assert body_part(audited(body_part=parts)).severity == "ok"

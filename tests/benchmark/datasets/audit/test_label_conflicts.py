from dataclasses import replace

import numpy as np

from benchmark.datasets.audit.copies import Copy
from benchmark.datasets.audit.label_conflicts import label_conflicts
from results.label_tasks import LabelTask
from tests.benchmark.datasets.audit.audited import audited

VALUES = [0, 1, 0, 1]
PAIR = (Copy(0, 1, 0.97, "mirrored"),)


def test_a_copy_that_differs_is_found():
    finding = label_conflicts(audited(4, PAIR, label=VALUES))
    assert (finding.code, finding.severity, finding.copies) == ("AUDIT003", "error", PAIR)
    assert "mirrored" in finding.examples[0]


def test_a_copy_that_does_not_differ_is_none():
    assert label_conflicts(audited(4, PAIR, label=[VALUES[0]] * 4)).severity == "ok"


def test_classes_are_told_by_name():
    looked_at = replace(audited(4, PAIR, label=VALUES), task=LabelTask("multiclass", ("mild", "severe")))
    assert label_conflicts(looked_at).examples[0].startswith("0.png (mild) = 1.png (severe)")


def test_of_findings_only_two_that_were_read_contradict_each_other():
    task = LabelTask("multilabel", ("a", "b"))
    unread = {"label:a": [1.0, 1.0, 0.0, 0.0], "label:b": [1.0, np.nan, 0.0, 0.0]}
    assert label_conflicts(replace(audited(4, PAIR, **unread), task=task)).severity == "ok"
    finding = label_conflicts(replace(audited(4, PAIR, **unread | {"label:a": [1.0, 0.0] * 2}), task=task))
    assert (finding.severity, finding.copies) == ("error", PAIR)
    assert finding.examples[0].startswith("0.png = 1.png (a 1, 0): mirrored")

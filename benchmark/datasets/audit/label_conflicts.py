"""AUDIT003: copies of a radiograph with two labels."""

from benchmark.datasets.audit.findings import Audited, Finding, found, of_values
from benchmark.datasets.rows_by_class import labels_apart
from results.label_tasks import MULTILABEL

_WHAT = "copies of an image with two labels"


def label_conflicts(audited: Audited) -> Finding:
    """One of the two labels is wrong."""
    if audited.task.kind == MULTILABEL:
        return _of_findings(audited)
    labels = audited.images["label"].tolist()
    if not audited.task.is_binary:
        labels = [audited.task.classes[number] for number in labels]
    return of_values("AUDIT003", "error", _WHAT, audited, labels)


def _of_findings(audited: Audited) -> Finding:
    """Copies of which one has a finding and the other lacks it; where it was not read is no label."""
    names, copies, examples = audited.images["image"].tolist(), [], []
    labels = {name: rows["label"] for name, rows, _ in labels_apart(audited.images, audited.task)}
    for copy in audited.copies:
        pair = (copy.first, copy.second)
        read = {name: [of[row] for row in pair] for name, of in labels.items() if set(pair) <= set(of.index)}
        differ = [f"{name} {one}, {other}" for name, (one, other) in read.items() if one != other]
        if differ:
            copies.append(copy)
            examples.append(
                f"{names[copy.first]} = {names[copy.second]} ({'; '.join(differ)}): "
                f"{copy.changes or 'as it is'}, likeness {copy.likeness:.3f}"
            )
    finding = found("AUDIT003", "error", _WHAT, examples)
    return Finding(finding.code, finding.severity, finding.message, finding.examples, tuple(copies))

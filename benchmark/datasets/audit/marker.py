"""AUDIT007: burnt-in marks alone predict the label."""

from benchmark.datasets.audit.findings import Audited, Finding
from benchmark.datasets.audit.shortcuts import shortcut


def marker(audited: Audited) -> Finding:
    """Letters, arrows and lines on the film: what `marks.mark_features` sees, which may include metal."""
    return shortcut("AUDIT007", "bright and dark strokes (burnt-in marks)", audited, audited.scanned.marks)

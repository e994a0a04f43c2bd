"""AUDIT003: copies of a radiograph with two labels."""

from benchmark.datasets.audit.findings import Audited, Finding, of_copies


def label_conflicts(audited: Audited) -> Finding:
    """One of the two labels is wrong."""
    return of_copies("AUDIT003", "error", "copies of an image with two labels", audited, "label")

"""AUDIT001: copies of a radiograph in training and in test."""

from benchmark.datasets.audit.findings import Audited, Finding, of_copies


def copies_across_splits(audited: Audited) -> Finding:
    """A method can know the answer of a test image from its copy in training."""
    return of_copies("AUDIT001", "error", "copies of an image in two splits", audited, "split")

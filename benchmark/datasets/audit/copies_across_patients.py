"""AUDIT002: copies of a radiograph under two patients."""

from benchmark.datasets.audit.findings import Audited, Finding, of_copies


def copies_across_patients(audited: Audited) -> Finding:
    """A split by patient may then have the same radiograph on both sides, and patients are counted twice."""
    return of_copies("AUDIT002", "warning", "copies of an image under two patients", audited, "patient")

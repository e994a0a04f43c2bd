"""AUDIT011: elements of DICOM files that identify people."""

from collections import Counter

from benchmark.datasets.audit.findings import Audited, Finding
from results.counts import counted


def identifying_elements(audited: Audited) -> Finding:
    """Which elements have a value in how many files; their values are not shown, here or elsewhere."""
    files = [facts for facts in audited.scanned.dicom if facts is not None]
    counts = Counter(name for facts in files for name in facts.identifying)
    if not counts:
        what = (
            f"no identifying elements in {counted(len(files), 'DICOM file')}" if files else "no DICOM files"
        )
        return Finding("AUDIT011", "ok", what)
    some = sum(bool(facts.identifying) for facts in files)
    examples = tuple(f"{name}: {counted(count, 'file')}" for name, count in counts.most_common())
    message = (
        f"identifying elements in {some:,} of {counted(len(files), 'DICOM file')} (their values "
        f"are never shown)"
    )
    return Finding("AUDIT011", "warning", message, examples)

"""AUDIT010: image files that cannot be read, which no other check has seen."""

from benchmark.datasets.audit.findings import Audited, Finding, found


def unreadable(audited: Audited) -> Finding:
    """Each with the reason."""
    pairs = zip(audited.images["image"], audited.scanned.errors, strict=True)
    examples = [f"{image}: {error}" for image, error in pairs if error]
    return found("AUDIT010", "error", "unreadable files", examples)

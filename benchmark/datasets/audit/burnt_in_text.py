"""AUDIT012: DICOM files that say that text is burnt into their pixels.

Only the element is asked. Telling a name from the letter R, which lies on most films, would need text to be
recognised, and no such detector could be measured here.
"""

from benchmark.datasets.audit.findings import Audited, Finding


def burnt_in_text(audited: Audited) -> Finding:
    """BurnedInAnnotation is YES; files that do not say are counted, for they may hold text as well."""
    names, facts = audited.images["image"].tolist(), audited.scanned.dicom
    files = [(name, fact) for name, fact in zip(names, facts, strict=False) if fact is not None]
    if not files:
        return Finding("AUDIT012", "ok", "no DICOM files")
    burnt = tuple(name for name, fact in files if fact.burned_in == "YES")
    silent = sum(fact.burned_in not in ("YES", "NO") for _, fact in files)
    said = (
        f"BurnedInAnnotation is YES in {len(burnt):,} of {len(files):,} DICOM files, not said in {silent:,}"
    )
    return Finding(
        "AUDIT012", "warning" if burnt else "ok", f"{said}; pixels were not searched for text", burnt
    )

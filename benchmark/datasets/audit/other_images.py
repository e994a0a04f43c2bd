"""AUDIT013: DICOM files that are no plain radiographs by their header."""

from collections import Counter

from benchmark.datasets.audit.findings import Audited, Finding, found


def other_images(audited: Audited) -> Finding:
    """Another modality than an X-ray projection, colours, or values not yet processed for the eye."""
    counts = Counter(what for facts in audited.scanned.dicom if facts is not None for what in facts.unusual)
    examples = [f"{what}: {count:,} images" for what, count in counts.most_common()]
    return found(
        "AUDIT013", "warning", "signs in DICOM headers of images that are no plain radiographs", examples
    )

"""AUDIT009: the same patient in training and in test, also where the identifier is written in two ways."""

from benchmark.datasets.audit.findings import Audited, Finding, found
from benchmark.datasets.spelling import without_spelling


def patients_across_splits(audited: Audited) -> Finding:
    """Images of one patient are alike, so that a test on them says less than it seems."""
    images = audited.images.assign(written=audited.images["patient"].map(without_spelling))
    groups = images[images["split"] != ""].groupby("written", sort=False)
    examples = [
        " = ".join(dict.fromkeys(f"{row.patient} ({row.split})" for row in group.itertuples()))
        for _, group in groups
        if group["split"].nunique() > 1
    ]
    return found("AUDIT009", "error", "patients in two splits", examples)

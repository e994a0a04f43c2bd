"""AUDIT009: the same patient in training and in test, also where the identifier is written in two ways."""

import re
import unicodedata

from benchmark.datasets.audit.findings import Audited, Finding, found


def patients_across_splits(audited: Audited) -> Finding:
    """Images of one patient are alike, so that a test on them says less than it seems."""
    images = audited.images.assign(written=audited.images["patient"].map(_plain))
    groups = images[images["split"] != ""].groupby("written", sort=False)
    examples = [
        " = ".join(dict.fromkeys(f"{row.patient} ({row.split})" for row in group.itertuples()))
        for _, group in groups
        if group["split"].nunique() > 1
    ]
    return found("AUDIT009", "error", "patients in two splits", examples)


def _plain(patient: str) -> str:
    """One spelling of an identifier: `00012`, ` 12 ` and `12.0` are one patient, as are two forms of `é`."""
    text = unicodedata.normalize("NFKC", patient).strip().casefold()
    number = re.fullmatch(r"0*(\d+)(\.0+)?", text)
    return number[1] if number else text

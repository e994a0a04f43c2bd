"""AUDIT005: width and height of the image file alone predict the label."""

import numpy as np

from benchmark.datasets.audit.findings import Audited, Finding
from benchmark.datasets.audit.shortcuts import shortcut


def image_size(audited: Audited) -> Finding:
    """Sizes go with the machine or the hospital, and padding and blur show them to a network."""
    return shortcut("AUDIT005", "the image size", audited, audited.scanned.facts[:, :2].astype(np.float32))

"""AUDIT006: the bit depth of the image file alone predicts the label."""

import numpy as np

from benchmark.datasets.audit.findings import Audited, Finding
from benchmark.datasets.audit.shortcuts import shortcut


def bit_depth(audited: Audited) -> Finding:
    """Deep images are windowed and others are not, so that a network can tell them apart."""
    return shortcut("AUDIT006", "the bit depth", audited, audited.scanned.facts[:, 2:].astype(np.float32))

"""AUDIT004: the body part alone predicts the label."""

import numpy as np

from benchmark.datasets.audit.findings import Audited, Finding
from benchmark.datasets.audit.shortcuts import shortcut


def body_part(audited: Audited) -> Finding:
    """A network that tells parts apart then seems to find disease, in scores over all parts."""
    codes = np.unique(audited.images["body_part"].to_numpy(str), return_inverse=True)[1]
    return shortcut(
        "AUDIT004", "the body part", audited, (codes[:, None] == np.unique(codes)).astype(np.float32)
    )

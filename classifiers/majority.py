"""The control that looks at no image: every test row gets the share of positives in training."""

import numpy as np

from classifiers.fit import Fit
from classifiers.subset import Subset


def majority(subset: Subset) -> Fit:
    """A constant probability; its AUROC is one half by definition."""
    share = float(subset.labels.mean())
    seconds = {"select": 0.0, "fit": 0.0, "predict": 0.0}
    return Fit(np.full(len(subset.test), share), {}, 0.5, 0.5, seconds, bytes_on_disk=4)

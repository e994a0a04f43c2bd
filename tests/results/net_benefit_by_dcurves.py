"""How tests/data/dcurves.csv was made, by the package dcurves (Vickers et al.) in an environment of its own.

    uv run --no-project --with dcurves==1.1.7 python tests/results/net_benefit_by_dcurves.py

Its dependency lifelines needs pandas below 3, which the project does not.
"""

from pathlib import Path

import numpy as np
import pandas as pd

STUDIES, FILE = 200, Path(__file__).parents[1] / "data/dcurves.csv"
THRESHOLDS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9]


def studies() -> pd.DataFrame:
    """Labels and the probabilities of two models; no probability is a threshold."""
    random = np.random.default_rng(0)
    label = (np.arange(STUDIES) % 5 < 2).astype(int)
    models = {
        name: 1 / (1 + np.exp(-(strength * (2 * label - 1) + random.standard_normal(STUDIES) - 0.3)))
        for name, strength in (("first", 0.5), ("second", 1.0))
    }
    return pd.DataFrame({"label": label, **models})


if __name__ == "__main__":
    from dcurves import dca

    found = dca(studies(), outcome="label", modelnames=["first", "second"], thresholds=THRESHOLDS)
    found[["model", "threshold", "net_benefit"]].to_csv(FILE, index=False)

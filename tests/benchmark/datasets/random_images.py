"""A table of images of random patients, whose files are nowhere."""

import numpy as np
import pandas as pd

PARTS = ("elbow", "hand", "wrist")


def make_images(patients: int = 900, seed: int = 0) -> pd.DataFrame:
    """Patients of 1 to 6 images, a third of the studies abnormal, parts of unequal size."""
    random = np.random.default_rng(seed)
    rows = []
    for patient in range(patients):
        for study, part in enumerate(random.choice(PARTS, size=random.integers(1, 3), p=(0.2, 0.5, 0.3))):
            label, split = int(random.random() < 0.33), "test" if patient % 10 == 0 else "train"
            for view in range(random.integers(1, 4)):
                name = f"p{patient}/s{study}/{view}.png"
                rows.append((name, f"p{patient}", f"p{patient}/s{study}", part, label, split))
    return pd.DataFrame(rows, columns=["image", "patient", "study", "body_part", "label", "split"])

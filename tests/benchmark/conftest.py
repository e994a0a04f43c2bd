"""Small grids on the small phantom."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

Content = dict[str, object]


@pytest.fixture
def write_grid(tmp_path: Path, phantom: Path) -> Callable[..., Path]:
    """Writes a grid file of a few quick cells on the phantom; keywords replace its keys."""

    def write(**changes: object) -> Path:
        content: Content = {
            "name": "small",
            "dataset": {"kind": "mura", "root": str(phantom)},
            "train_sizes": [40, "full"],
            "image": {"size": 32},
            "hand_crafted": {"descriptors": ["glcm"], "classifiers": ["logistic_regression", "majority"]},
            "evaluation": {"resamples": 100},
        }
        content |= changes
        path = tmp_path / "grid.yaml"
        path.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}, sort_keys=False))
        return path

    return write

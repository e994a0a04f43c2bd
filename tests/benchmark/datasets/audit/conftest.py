"""A data set with a planted fault for every check that looks at images."""

import pandas as pd
import pytest
from PIL import ImageOps

from benchmark.datasets.manifest import Manifest
from tests.benchmark.datasets.audit.audited import radiographs

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="session")
def planted(tmp_path_factory) -> Manifest:
    """Ten images; the first is mirrored in the test set with another label under another patient."""
    folder = tmp_path_factory.mktemp("planted")
    images = [*radiographs(10), ImageOps.mirror(radiographs(10)[0])]
    for row, image in enumerate(images):
        image.save(folder / f"{row}.png")
    rows = [(f"{row}.png", f"p{row}", f"p{row}/s", "hand", row % 2, "train") for row in range(10)]
    rows.append(("10.png", HOSTILE, f"{HOSTILE}/s", "hand", 1, "test"))
    columns = ["image", "patient", "study", "body_part", "label", "split"]
    return Manifest(folder, pd.DataFrame(rows, columns=columns), "test")

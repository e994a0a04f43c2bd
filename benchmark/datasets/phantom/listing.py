"""The rows of a phantom's manifest before it is drawn: its studies follow from its parameters alone."""

import logging
from pathlib import Path

import pandas as pd

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.phantom.anatomy import BODY_PARTS
from benchmark.datasets.phantom.draw import Study, studies_of

logger = logging.getLogger(__name__)
_MANY = 50_000  # patients: the first that take more than some seconds


def list_phantom(root: Path, *, patients: int, difficulty: float, seed: int) -> Manifest:
    """The manifest that `draw_phantom` and `read_mura` would give, of images that are not there yet."""
    if patients > _MANY:
        logger.warning(
            "listing the %s patients of a phantom takes about %.0f s", f"{patients:,}", patients / 1e4
        )
    studies = (s for patient in range(patients) for s in studies_of(patient, seed, difficulty, BODY_PARTS))
    rows = [row for study in studies for row in _rows(study)]
    images = pd.DataFrame(rows, columns=["image", "patient", "study", "body_part", "label", "split"])
    images = images.sort_values(["split", "image"], ascending=[False, True], ignore_index=True)
    evaluated_on = "valid" if (images["split"] == "test").any() else ""
    return Manifest(root / "MURA-v1.1", images, evaluated_on, drawn=False)


def _rows(study: Study) -> list[tuple[str, str, str, str, int, str]]:
    split, part, patient, name = study.folder.split("/")
    shared = patient, f"{part}/{patient}/{name}", study.part, int(study.abnormality is not None)
    side = "test" if split == "valid" else "train"
    return [(f"{study.folder}/image{n}.png", *shared, side) for n in range(1, len(study.views) + 1)]

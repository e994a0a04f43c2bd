"""The sets of MedMNIST with several classes, grades or findings: what their numbers mean.

Names, tasks and classes are those of `INFO` of the medmnist package (Yang et al. 2023, MedMNIST v2; the same
in MedMNIST+). PneumoniaMNIST and BreastMNIST have two classes: see `medmnist`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import UserError
from results.label_tasks import LABEL, MULTICLASS, MULTILABEL, ORDINAL

_ORGANS = (
    "bladder",
    "femur-left",
    "femur-right",
    "heart",
    "kidney-left",
    "kidney-right",
    "liver",
    "lung-left",
    "lung-right",
    "pancreas",
    "spleen",
)


@dataclass(frozen=True)
class TaskSet:
    """A set of MedMNIST, at any size of its images: its task, body part, and classes by number."""

    name: str
    task: str
    body_part: str
    classes: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """The columns of a manifest that hold its labels."""
        return [LABEL + name for name in self.classes] if self.task == MULTILABEL else ["label"]

    def cells(self, npz: Path, labels: NDArray[np.int64]) -> list[list[str]]:
        """The labels of a split as cells of these columns, a list per image.

        Raises UserError for labels that this set does not have.
        """
        if self.task == MULTILABEL:
            if labels.ndim != 2 or labels.shape[1] != len(self.classes) or not np.isin(labels, (0, 1)).all():
                raise UserError(
                    f"{npz}: not the labels of {self.name}, which are {len(self.classes)} numbers 0 or 1 an "
                    "image; rename the file, and write a CSV manifest of it"
                )
            return [[str(value) for value in row] for row in labels.tolist()]
        numbers = labels.reshape(-1)
        if len(numbers) != len(labels) or not ((numbers >= 0) & (numbers < len(self.classes))).all():
            raise UserError(
                f"{npz}: not the labels of {self.name}, which are one number of 0 to {len(self.classes) - 1} "
                "an image; rename the file, and say with --abnormal which labels are abnormal"
            )
        return [[self.classes[number]] for number in numbers.tolist()]


_SETS = (
    TaskSet(
        "PathMNIST",
        MULTICLASS,
        "COLON",
        (
            "adipose",
            "background",
            "debris",
            "lymphocytes",
            "mucus",
            "smooth muscle",
            "normal colon mucosa",
            "cancer-associated stroma",
            "colorectal adenocarcinoma epithelium",
        ),
    ),
    TaskSet(
        "ChestMNIST",
        MULTILABEL,
        "XR_CHEST",
        (
            "atelectasis",
            "cardiomegaly",
            "effusion",
            "infiltration",
            "mass",
            "nodule",
            "pneumonia",
            "pneumothorax",
            "consolidation",
            "edema",
            "emphysema",
            "fibrosis",
            "pleural",
            "hernia",
        ),
    ),
    TaskSet(
        "DermaMNIST",
        MULTICLASS,
        "SKIN",
        (
            "actinic keratoses and intraepithelial carcinoma",
            "basal cell carcinoma",
            "benign keratosis-like lesions",
            "dermatofibroma",
            "melanoma",
            "melanocytic nevi",
            "vascular lesions",
        ),
    ),
    TaskSet(
        "OCTMNIST",
        MULTICLASS,
        "RETINA",
        ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal"),
    ),
    TaskSet("RetinaMNIST", ORDINAL, "RETINA", ("0", "1", "2", "3", "4")),
    TaskSet(
        "BloodMNIST",
        MULTICLASS,
        "BLOOD",
        (
            "basophil",
            "eosinophil",
            "erythroblast",
            "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
            "lymphocyte",
            "monocyte",
            "neutrophil",
            "platelet",
        ),
    ),
    TaskSet(
        "TissueMNIST",
        MULTICLASS,
        "KIDNEY",
        (
            "Collecting Duct, Connecting Tubule",
            "Distal Convoluted Tubule",
            "Glomerular endothelial cells",
            "Interstitial endothelial cells",
            "Leukocytes",
            "Podocytes",
            "Proximal Tubule Segments",
            "Thick Ascending Limb",
        ),
    ),
    TaskSet("OrganAMNIST", MULTICLASS, "ABDOMEN", _ORGANS),
    TaskSet("OrganCMNIST", MULTICLASS, "ABDOMEN", _ORGANS),
    TaskSet("OrganSMNIST", MULTICLASS, "ABDOMEN", _ORGANS),
)
TASK_SETS = {one.name.lower(): one for one in _SETS}


def task_set(npz: Path) -> TaskSet | None:
    """The set that a file's name says, such as `retinamnist_224.npz`; None for any other name."""
    return TASK_SETS.get(npz.stem.split("_")[0].lower())

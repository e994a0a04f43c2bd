"""Examples of a recipe's augmentation: each change alone, and all together."""

import numpy as np
import torch
from numpy.typing import NDArray

from classifiers.fine_tuning.augmentation import DRAWS, augment
from classifiers.fine_tuning.recipes import Augmentation

ORIGINAL, TOGETHER = "original", "all together"
_SETTINGS = ("border",)  # say how a change is made, and are none themselves
_EXTREME = 0.999  # the draw that makes a change nearly as strong as it can be
_CERTAIN = 0.0  # the draw that makes a mirror happen


def augmentation_examples(
    pixels: NDArray[np.uint8], settings: Augmentation, *, together: int = 3, seed: int = 0
) -> dict[str, NDArray[np.float32]]:
    """The images (n, size, size) by what was done to them, as (n, size, size) float32 of 0..1.

    First the original, then every change that the settings hold alone at its largest (a mirror always), then
    `together` random draws of all of them, as training has. Without any change only the original.
    """
    grey = torch.from_numpy(np.ascontiguousarray(pixels)).float().div(255)[:, None]
    found = {ORIGINAL: grey}
    changes = [
        name for name in Augmentation.model_fields if name not in _SETTINGS and getattr(settings, name)
    ]
    for name in changes:
        kept = {key: getattr(settings, key) for key in (*_SETTINGS, name)}
        draws = torch.full((len(grey), DRAWS), _EXTREME)
        if name.startswith("flip"):
            kept[name], draws = 1.0, torch.full((len(grey), DRAWS), _CERTAIN)
        found[name.replace("_", " ")] = augment(grey, draws, Augmentation(**kept))
    if changes:
        generator = torch.Generator().manual_seed(seed)
        for number in range(together):
            draws = torch.rand((len(grey), DRAWS), generator=generator)
            found[f"{TOGETHER} {number + 1}"] = augment(grey, draws, settings)
    return {name: image[:, 0].numpy() for name, image in found.items()}

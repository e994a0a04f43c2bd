"""How much each image or study counts in the loss of a fine-tuning."""

import numpy as np

from classifiers.fine_tuning.data import Floats, Part
from classifiers.fine_tuning.recipes import Recipe


def unit_weights(recipe: Recipe, train: Part, part: Part) -> Floats:
    """What the loss of each unit of `part` counts, from the images of the training part.

    Class-weighted as in MURA (Rajpurkar et al. 2018): within each body part, a class counts as much as
    the other one has images there (shares, times two); 1 where training shows one class or none.
    """
    weights = np.ones(len(part.labels))
    if recipe.loss == "class_weighted_bce":
        shown = train.body_parts[train.units]
        for body_part in np.unique(part.body_parts.astype(str)):
            labels = train.image_labels[shown == body_part]
            if 0 < labels.sum() < len(labels):
                members = part.body_parts == body_part
                weights[members] = 2 * np.abs(part.labels[members] - labels.mean())
    return weights

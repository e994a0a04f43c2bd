"""A small network and small images whose abnormality it can learn in seconds."""

import numpy as np
import torch

from classifiers.fine_tuning.data import Part, TrainingImages
from extractors.specs import BackboneSpec

CPU = torch.device("cpu")
SPEC = BackboneSpec("test_efficientnet", "random")


def marked_images(n=160, size=32, seed=0):
    """Noise; the abnormal ones carry a bright square somewhere. Two views a study, a study a patient."""
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 100, (n, size, size)).astype(np.uint8)
    labels = np.arange(n) // 2 % 2
    for image in np.flatnonzero(labels):
        y, x = random.integers(2, size - 12, 2)
        pixels[image, y : y + 10, x : x + 10] += 120
    return pixels, labels


def images_of(pixels, labels, train):
    rows = np.arange(train)
    owners = np.array([f"p{row // 2}" for row in rows], dtype=object)
    return TrainingImages(
        pixels, rows, labels[rows], owners, owners, np.full(train, "hand"), np.arange(train, len(pixels))
    )


def part_of(units, labels, parts=None):
    units, labels = np.array(units), np.array(labels)
    return Part(np.arange(len(units)), units, labels, np.array(parts or ["hand"] * len(labels)))

"""Small data sets of class folders and MedMNIST files, drawn for the tests of `benchmark init`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmark.setup.asked import Asked


def draw_classes(
    root: Path,
    classes: tuple[str, ...] = ("normal", "abnormal"),
    images: int = 48,
    side: int = 40,
    name: Callable[[int], str] = lambda n: f"{n:03d}.png",
) -> Path:
    """Folders of images; those of the classes after the first have a bright square."""
    random = np.random.default_rng(0)
    for folder in classes:
        (root / folder).mkdir(parents=True, exist_ok=True)
        for number in range(images):
            pixels = random.integers(0, 90, (side, side)).astype(np.uint8)
            if folder != classes[0]:
                pixels[8:20, 8:20] += 120
            Image.fromarray(pixels).save(root / folder / name(number))
    return root


def draw_splits(root: Path, train: int = 24, val: int = 4, test: int = 10) -> Path:
    """Kaggle's usual tree: class folders in train, val and test, in other cases of letters."""
    for split, images in (("train", train), ("val", val), ("test", test)):
        draw_classes(
            root / split, ("NORMAL", "PNEUMONIA") if split != "val" else ("normal", "pneumonia"), images
        )
    return root


def draw_medmnist(path: Path) -> Path:
    """A MedMNIST file of 28 pixels whose label 1 has a bright square."""
    random = np.random.default_rng(0)
    arrays = {}
    for split, number in (("train", 60), ("val", 10), ("test", 30)):
        labels = np.arange(number, dtype=np.uint8) % 2
        images = random.integers(0, 90, (number, 28, 28)).astype(np.uint8)
        images[labels == 1, 5:14, 5:14] += 120
        arrays |= {f"{split}_images": images, f"{split}_labels": labels[:, None]}
    np.savez(path, allow_pickle=False, **arrays)
    return path


def asked_of(data: Path, folder: Path, **keys: object) -> Asked:
    """The question for a grid `grid.yaml` in a folder, with the cache of a workspace there."""
    return Asked(data, folder / "grid.yaml", folder / "runs/.cache", **keys)  # type: ignore[arg-type]

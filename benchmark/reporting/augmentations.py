"""Pictures of what a grid's recipes do to training images."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmark.datasets.manifest import Manifest
from benchmark.errors import UserError
from benchmark.grid.schema import Grid
from classifiers.fine_tuning.augmentation_examples import augmentation_examples
from extractors.pixels import UnreadableImageError, decode
from results.figures import PictureGrid, save
from results.labels import distinct, part_label
from results.text import for_file_name

MOST_ROWS = 4  # images that are shown; chosen by hand


def save_augmentations(grid: Grid, manifest: Manifest, folder: Path) -> list[Path]:
    """Write `augmentation_RECIPE` as PDF, PNG and CSV for each recipe of a grid into `folder`.

    Each row is one training image (the first of each body part, at most MOST_ROWS), as the grid decodes it;
    each column a change alone at its strongest, then all together as training draws them. Raises UserError
    for a grid without fine-tuning, and for an image or a folder that cannot be used.
    """
    recipes = grid.fine_tuning.named_recipes if grid.fine_tuning else {}
    if not recipes:
        raise UserError(f"grid '{grid.name}' has no fine_tuning section, so it changes no image")
    shown = dict(_examples(manifest))
    try:
        pixels = np.stack(
            [decode(path, grid.image.size, grid.image.fit, grid.image.window) for path in shown.values()]
        )
    except UnreadableImageError as error:
        raise UserError(str(error)) from None
    paths: list[Path] = []
    taken: set[str] = set()
    for name, recipe in recipes.items():
        made = augmentation_examples(pixels, recipe.augmentation)
        pictures = [[images[row] for images in made.values()] for row in range(len(pixels))]
        figure = PictureGrid(pictures, list(made), list(shown), f"augmentation of the recipe {name}")
        try:
            paths += save(figure, folder, distinct(f"augmentation_{for_file_name(name)}", taken))
        except OSError as error:
            raise UserError(f"--out: {folder} cannot be made or written: {error.strerror}") from None
    return paths


def _examples(manifest: Manifest) -> Iterator[tuple[str, Path]]:
    """(body part, file) of the first image of each body part, of the training part where there is one."""
    rows = manifest.images.reset_index(drop=True)
    training = rows[rows["split"] == "train"]
    paths = manifest.paths()
    for part, members in list((training if len(training) else rows).groupby("body_part", sort=False))[
        :MOST_ROWS
    ]:
        yield part_label(str(part)), paths[members.index[0]]

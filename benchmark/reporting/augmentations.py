"""Pictures of what a grid's recipes do to training images."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.manifest import Manifest
from benchmark.datasets.splits import RowNumbers, pool_and_test
from benchmark.errors import UserError
from benchmark.grid.schema import Grid
from classifiers.fine_tuning.recipes import Recipe
from extractors.pixels import UnreadableImageError, decode
from results.figures import PictureGrid, save
from results.labels import distinct, part_label
from results.text import for_file_name

MOST_ROWS = 4  # images that are shown; chosen by hand


def recipes_of(grid: Grid) -> Mapping[str, Recipe]:
    """The recipes of a grid that see images, by name; the methods of adaptation share one."""
    tuned = grid.fine_tuning.named_recipes if grid.fine_tuning else {}
    methods = grid.adaptation.named_recipes.values() if grid.adaptation else ()
    of_images = grid.adaptation and not all(recipe.reads_tokens for recipe in methods)
    return {**tuned, **({"adaptation": grid.adaptation.recipe} if grid.adaptation and of_images else {})}


def save_augmentations(grid: Grid, manifest: Manifest, folder: Path) -> list[Path]:
    """Write `augmentation_RECIPE` as PDF, PNG and CSV for each recipe of a grid into `folder`.

    Each row is one training image (`example_rows`), as the grid decodes it; each column a change alone at its
    strongest, then all together as training draws them. Raises UserError for a grid that trains no network,
    and for an image or a folder that cannot be used.
    """
    recipes = recipes_of(grid)
    if not recipes:
        raise UserError(
            f"grid '{grid.name}' trains no network on images (fine_tuning, or adaptation with another method "
            "than attentive_probe), so it augments no image"
        )
    pool, _ = pool_and_test(manifest, grid.dataset.protocol, grid.dataset.site)
    shown, paths = example_rows(manifest, pool), manifest.paths()
    image = grid.image
    try:
        pixels = [decode(paths[row], image.size, image.fit, image.window) for row in shown.values()]
    except UnreadableImageError as error:
        raise UserError(str(error)) from None
    written: list[Path] = []
    taken: set[str] = set()
    for name, recipe in recipes.items():
        figure = augmentation_grid(name, recipe, np.stack(pixels), list(shown))
        try:
            written += save(figure, folder, distinct(file_name(name), taken))
        except OSError as error:
            raise UserError(f"--out: {folder} cannot be made or written: {error.strerror}") from None
    return written


def file_name(recipe: str) -> str:
    """The name of a recipe's figure."""
    return f"augmentation_{for_file_name(recipe)}"


def augmentation_grid(name: str, recipe: Recipe, pixels: NDArray[np.uint8], titles: list[str]) -> PictureGrid:
    """The figure of one recipe: a row per image of `pixels` (n, size, size), with its title."""
    from classifiers.fine_tuning.augmentation_examples import augmentation_examples  # imports torch

    made = augmentation_examples(pixels, recipe.augmentation)
    pictures = [[images[row] for images in made.values()] for row in range(len(pixels))]
    return PictureGrid(pictures, list(made), titles, f"augmentation of the recipe {name}")


def example_rows(manifest: Manifest, pool: RowNumbers) -> dict[str, int]:
    """By title, the row of the first image of each body part among the rows `pool`, at most MOST_ROWS."""
    return dict(list(_first_of_parts(manifest, pool))[:MOST_ROWS])


def _first_of_parts(manifest: Manifest, pool: RowNumbers) -> Iterator[tuple[str, int]]:
    rows = manifest.images.reset_index(drop=True).iloc[pool]
    for part, members in rows.groupby("body_part", sort=False):
        yield part_label(str(part)), int(members.index[0])

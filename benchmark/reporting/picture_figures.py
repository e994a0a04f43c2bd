"""Figures with radiographs or embeddings: examples of predictions, the embedding atlas, augmentations.

They need the cache of the workspace; where it was deleted, each says so and the rest of a report is made.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmark.analysis.findings import Findings
from benchmark.analysis.shown_cell import cache_of
from benchmark.execution.cached import cached_pixels
from benchmark.reporting.augmentations import augmentation_grid, example_rows, file_name, recipes_of
from benchmark.reporting.overview_figures import Figure
from classifiers.fine_tuning.recipes import Recipe
from results.figures import PictureGrid
from results.labels import look_of, part_label, size_label
from results.tables.formatting import method_label
from results.text import for_file_name

EXAMPLES, ATLAS, AUGMENTATION = "examples_", "embedding_atlas_", "augmentation_"  # the names begin so
_EXAMPLES = (
    "Examples of predictions, {who}: of each outcome at the threshold chosen in training those whose "
    "probability is farthest from it. Above each: the probability of abnormal{of_study}. Pictures as the "
    "grid decodes them."
)
_ATLAS = (
    "The images by their embedding, {who}: each point is an image, its features standardised and projected "
    "onto two axes. Outcome: at the threshold chosen in training{of_study}; training images have none. A "
    "description: what lies apart can be told apart by these features, what overlaps here may still be."
)
_AUGMENTATION = (
    "What the recipe {name} does to training images: each change alone at its strongest, then three draws of "
    "all together, as training has them."
)


def pictures(findings: Findings) -> Iterator[Figure]:
    """Yield (file name, caption, function that makes the figure)."""
    by_study = findings.evaluated.evaluation.by_study
    for strategy, gallery in findings.galleries.items():
        of_study = " (of a study: the mean over its views, of which up to three are shown)" * by_study
        method = gallery.made.method if gallery.made else ""
        caption = _EXAMPLES.format(who=_who(findings, strategy, method), of_study=of_study)
        yield f"{EXAMPLES}{slug(strategy)}", caption, gallery.get
    for strategy, atlas in findings.atlases.items():
        of_study = ", of the image's study" * by_study
        method = atlas.made.method if atlas.made else ""
        caption = _ATLAS.format(who=_who(findings, strategy, method), of_study=of_study)
        yield f"{ATLAS}{slug(strategy)}", caption, atlas.get
    for name, recipe in recipes_of(findings.plan.grid).items():
        if recipe.augmentation.moves or recipe.augmentation.shades:
            caption = _AUGMENTATION.format(name=name)
            yield file_name(name), caption, partial(_augmented, findings, name, recipe)


def slug(strategy: str) -> str:
    """A strategy as part of the name of its figure."""
    return for_file_name(look_of(strategy).label).replace("-", "_")


def _who(findings: Findings, strategy: str, method: str) -> str:
    """`frozen: resnet50 · rbf svm (chosen on training folds; all parts, 400 training images, first seed)`."""
    setting = findings.evaluated.largest[findings.main_part]
    size = f"{size_label(setting.train_size)} training images, first seed"
    name = ": ".join(filter(None, (look_of(strategy).label, method_label(method))))
    return f"{name} (chosen on training folds; {part_label(setting.body_part)}, {size})"


def _augmented(findings: Findings, name: str, recipe: Recipe) -> PictureGrid:
    plan, evaluated = findings.plan, findings.evaluated
    pixels = cached_pixels(plan, evaluated.finished[0], cache_of(evaluated))
    readable = ~plan.manifest.images["image"].isin(evaluated.finished[0].unreadable).to_numpy()
    rows = example_rows(plan.manifest, plan.pool[readable[plan.pool]])
    return augmentation_grid(name, recipe, np.stack([pixels.data[row] for row in rows.values()]), list(rows))

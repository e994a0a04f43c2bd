"""How much each strategy may search within the labelled images of one network, body part, size and seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from benchmark.grid.strategy import Method
from classifiers.catalogue import CLASSIFIERS
from classifiers.fine_tuning.recipes import Recipe
from classifiers.names import FOLDS


@dataclass(frozen=True)
class Budget:
    """The search of one strategy.

    `methods` counts classifiers or recipes, `configurations` the settings of all of them together (of
    hyperparameters, or learning rates; None where a classifier of another package does not tell), `folds` in
    how many folds each is tried (0: one validation part) and `fits` all fits or trainings, those of the folds
    and the refits on all images. Early ends of a search are not counted: `configurations` are at most those.
    """

    methods: int
    configurations: int | None
    folds: int
    fits: int | None
    refitted: bool


def classifier_budget(method: Method) -> Budget:
    """The search of the classifiers of one extractor; a baseline that does not learn is none of them."""
    names = [name for name in method.classifiers if name in CLASSIFIERS and CLASSIFIERS[name].learns]
    counts = [_configurations(name) for name in names]
    if None in counts:
        return Budget(len(names), None, FOLDS, None, True)
    tried = sum(count for count in counts if count)
    return Budget(len(names), tried, FOLDS, tried * FOLDS + len(names), True)


def _configurations(classifier: str) -> int | None:
    reference = CLASSIFIERS[classifier].reference
    if reference is None:
        return None
    _, grid = reference(1, 0, 1)
    return prod(len(values) for values in grid.values())


def recipe_budget(recipes: Sequence[Recipe], images: int) -> Budget:
    """The search of the recipes of one network with this many labelled images; every epoch is tried too."""
    rates = sum(len(recipe.rates()) for recipe in recipes)
    by_folds = [recipe.uses_folds(images) for recipe in recipes]
    fits = sum(
        len(recipe.rates()) * recipe.folds + 1 if folds else len(recipe.rates())
        for recipe, folds in zip(recipes, by_folds, strict=True)
    )
    most = max(recipe.folds for recipe in recipes) if any(by_folds) else 0
    return Budget(len(recipes), rates, most, fits, all(by_folds))

"""The comparisons that a grid plans: the family over which p-values are adjusted, finished or not."""

from collections.abc import Iterable
from typing import NamedTuple

from benchmark.analysis.paired_differences import matches
from benchmark.analysis.resampled_cells import (
    Method,
    compared_method,
    has_recipes,
    with_several_recipes,
)
from benchmark.grid.cells import Cell


class Planned(NamedTuple):
    """A planned comparison over seeds; `comparison` is the name of a `paired_differences.Comparison`."""

    comparison: str
    backbone: str
    recipe: str
    body_part: str
    train_size: int | str
    seeds: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str, str, int | str]:
        """Everything but the seeds."""
        return self[:5]


def planned_comparisons(cells: Iterable[Cell]) -> list[Planned]:
    """The comparisons that the cells of a grid (without controls) allow when all are finished."""
    cells = [cell for cell in cells if not cell.control]
    several = with_several_recipes(cells)
    settings: dict[tuple[str, int | str], dict[Method, set[int]]] = {}
    for cell in cells:
        there = settings.setdefault((cell.body_part, cell.size_name), {})
        there.setdefault(compared_method(cell), set()).add(cell.seed)
        if cell.strategy in several:
            single = Method(cell.strategy, cell.backbone, cell.classifier)
            there.setdefault(single, set()).add(cell.seed)
    found = []
    for (part, size), methods in settings.items():
        recipes = [method for method in methods if has_recipes(method.strategy) and method.classifier]
        chosen = [method for method in methods if method not in recipes]
        for match in matches(chosen, recipes):
            seeds = set.intersection(*(methods[method] for method in (*match.first, *match.second)))
            if seeds:
                names = match.comparison.name, match.backbone, match.recipe
                found.append(Planned(*names, part, size, tuple(sorted(seeds))))
    return found

"""The comparisons that a grid plans: the family over which p-values are adjusted, finished or not."""

from collections.abc import Iterable
from typing import NamedTuple

from benchmark.analysis.paired_differences import matches
from benchmark.analysis.resampled_cells import Method, compared_method
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
    settings: dict[tuple[str, int | str], dict[Method, set[int]]] = {}
    for cell in cells:
        if not cell.control:
            there = settings.setdefault((cell.body_part, cell.train_size), {})
            there.setdefault(compared_method(cell), set()).add(cell.seed)
    found = []
    for (part, size), methods in settings.items():
        for match in matches(methods):
            seeds = set.intersection(*(methods[method] for method in (*match.first, *match.second)))
            if seeds:
                names = match.comparison.name, match.backbone, match.recipe
                found.append(Planned(*names, part, size, tuple(sorted(seeds))))
    return found

"""The 500 categories of pictures: their families, parameters and drawing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from extractors.bundled.pretraining import contours, fractals, leaves, noises
from extractors.bundled.pretraining.picture import Picture

SEED = 20220614  # arbitrary; another seed gives other categories
_FAMILIES: tuple[tuple[int, Any], ...] = ((180, fractals), (140, contours), (120, noises), (60, leaves))
CATEGORIES = sum(count for count, _ in _FAMILIES)


@dataclass(frozen=True)
class Category:
    """A category: the parameters of its family, and the function that draws one picture."""

    parameters: Any
    draw: Callable[[Any, np.random.Generator], Picture]


@lru_cache(maxsize=1)
def categories() -> tuple[Category, ...]:
    """Every category, in the order of the network's outputs."""
    return tuple(
        Category(family.category(np.random.default_rng([SEED, number, index])), family.draw)
        for number, (count, family) in enumerate(_FAMILIES)
        for index in range(count)
    )


def picture(category: int, rng: np.random.Generator) -> Picture:
    """Draw one (128, 128) uint8 picture of a category, with random details."""
    chosen = categories()[category]
    return chosen.draw(chosen.parameters, rng)
